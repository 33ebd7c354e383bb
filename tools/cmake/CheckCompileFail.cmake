# SPDX-License-Identifier: BSD-3-Clause
#
# Passes when COMPILER refuses SOURCE with an output that matches all MESSAGES; see actors_add_compile_fail.
cmake_minimum_required(VERSION 3.25)

set(ENV{LC_ALL} C)
list(TRANSFORM INCLUDES PREPEND "-I")
if(NOT EXISTS "${SOURCE}")
  message(FATAL_ERROR "no such file: ${SOURCE}")
endif()
execute_process(COMMAND "${COMPILER}" -std=c++20 -fsyntax-only ${INCLUDES} "${SOURCE}"
  OUTPUT_VARIABLE said ERROR_VARIABLE said RESULT_VARIABLE status)
message(NOTICE "${said}")
if(status STREQUAL "0")
  message(FATAL_ERROR "it compiled, but must not: ${SOURCE}")
endif()
# One mistake, one error: what follows from it only hides it.
string(REGEX MATCHALL "error: " errors "${said}")
list(LENGTH errors count)
string(REGEX MATCHALL "\n" lines "${said}")
list(LENGTH lines length)
if(count GREATER 1 OR length GREATER 30)
  message(FATAL_ERROR "${count} errors in ${length} lines, expected one error in at most 30 lines")
endif()
foreach(regex IN LISTS MESSAGES)
  if(NOT said MATCHES "${regex}")
    message(FATAL_ERROR "the compiler refused it without saying: ${regex}")
  endif()
endforeach()
