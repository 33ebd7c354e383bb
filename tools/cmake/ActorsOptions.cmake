# SPDX-License-Identifier: BSD-3-Clause
#
# Options, output folders and compiler settings of the whole tree. Warnings and sanitizers are set for the folder and
# not per target: every program, test and example must have them, and one that is forgotten would go unnoticed.
option(ACTORS_TESTS "Build the tests" ${PROJECT_IS_TOP_LEVEL})
option(ACTORS_EXAMPLES "Build the examples" ${PROJECT_IS_TOP_LEVEL})
option(ACTORS_APPS "Build the applications" ${PROJECT_IS_TOP_LEVEL})
option(ACTORS_TOOLS "Build the tools" ${PROJECT_IS_TOP_LEVEL})
option(ACTORS_WERROR "Treat warnings as errors" OFF)
set(ACTORS_SANITIZE "" CACHE STRING "Value for -fsanitize=, for example address,undefined or thread")

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)

if(PROJECT_IS_TOP_LEVEL)
  set(CMAKE_RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/bin")
  if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
    set(CMAKE_BUILD_TYPE Release CACHE STRING "Build type" FORCE)
  endif()
  find_program(ACTORS_CCACHE ccache)
  mark_as_advanced(ACTORS_CCACHE)
  if(ACTORS_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
    set(CMAKE_CXX_COMPILER_LAUNCHER "${ACTORS_CCACHE}")
  endif()
endif()

add_compile_options(-Wall -Wextra -Wpedantic -Wnon-virtual-dtor -Woverloaded-virtual -Wextra-semi)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  add_compile_options(-Wno-restrict -Wno-maybe-uninitialized) # false with GCC 12: std::string (bug 105651), tl::expected
endif()
if(ACTORS_WERROR)
  add_compile_options(-Werror)
endif()
if(ACTORS_SANITIZE)
  add_compile_options(-fsanitize=${ACTORS_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${ACTORS_SANITIZE})
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # Instrumented code hides initialisations from the first; the second only says that fences are not modelled.
    add_compile_options(-Wno-maybe-uninitialized -Wno-tsan)
  endif()
endif()
