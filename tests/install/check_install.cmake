# SPDX-License-Identifier: BSD-3-Clause
#
# Runs the four steps of tests/install/CMakeLists.txt; the program must print 100.
cmake_minimum_required(VERSION 3.25)

file(REMOVE_RECURSE "${SCRATCH}")
file(COPY "${OUTSIDE}/" DESTINATION "${SCRATCH}/source")

execute_process(COMMAND_ERROR_IS_FATAL ANY COMMAND "${CMAKE_COMMAND}"
  --install "${BUILD}" --config "${BUILD_TYPE}" --component development --prefix "${SCRATCH}/prefix")
execute_process(COMMAND_ERROR_IS_FATAL ANY COMMAND "${CMAKE_COMMAND}"
  -S "${SCRATCH}/source" -B "${SCRATCH}/build" -G "${GENERATOR}"
  "-DCMAKE_PREFIX_PATH=${SCRATCH}/prefix" "-DCMAKE_BUILD_TYPE=${BUILD_TYPE}"
  "-DCMAKE_CXX_COMPILER=${COMPILER}" "-DCMAKE_CXX_FLAGS=${FLAGS}")
execute_process(COMMAND_ERROR_IS_FATAL ANY COMMAND "${CMAKE_COMMAND}"
  --build "${SCRATCH}/build" --config "${BUILD_TYPE}")
execute_process(COMMAND_ERROR_IS_FATAL ANY COMMAND "${SCRATCH}/build/bank" OUTPUT_VARIABLE printed)

if(NOT printed STREQUAL "100\n")
  message(FATAL_ERROR "the outside program printed '${printed}', expected '100'")
endif()
