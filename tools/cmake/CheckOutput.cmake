# SPDX-License-Identifier: BSD-3-Clause
#
# Runs PROGRAM and compares its standard output with the file EXPECTED; see actors_add_example.
cmake_minimum_required(VERSION 3.25)

execute_process(COMMAND "${PROGRAM}" OUTPUT_VARIABLE actual RESULT_VARIABLE status)
if(NOT status STREQUAL "0")
  message(NOTICE "${actual}")
  message(FATAL_ERROR "${PROGRAM} ended with status ${status}, expected 0")
endif()

file(READ "${EXPECTED}" expected)
string(REGEX REPLACE "([][+.*()^$?|\\\\])" "\\\\\\1" pattern "\n${expected}")
while(pattern MATCHES "\n\\\\\\.\\\\\\.\\\\\\.\n")
  string(REPLACE "\n\\.\\.\\.\n" "\n.*" pattern "${pattern}")
endwhile()
string(REPLACE "\\.\\.\\." "[^\n]*" pattern "${pattern}")
if(NOT "\n${actual}" MATCHES "^${pattern}$")
  message(NOTICE "expected:\n${expected}\nprinted:\n${actual}")
  message(FATAL_ERROR "the output differs from ${EXPECTED}")
endif()
