# SPDX-License-Identifier: BSD-3-Clause
#
# Functions that the folders of this tree use to declare libraries, tests and examples.
include(CMakePackageConfigHelpers)

set(ACTORS_CMAKE_DIR "${CMAKE_CURRENT_LIST_DIR}")

# Everything that carries the label `unit`; sanitizer builds build only this.
if(ACTORS_TESTS)
  add_custom_target(unit-tests)
endif()

# actors_add_library(<target> <exported> SOURCES <file>... [PUBLIC <lib>...] [PRIVATE <lib>...])
#
# A static library with public headers in include/ and private ones in src/ of the current folder. The tree and
# programs outside it name it `actors::<exported>`.
function(actors_add_library target exported)
  cmake_parse_arguments(PARSE_ARGV 2 arg "" "" "SOURCES;PUBLIC;PRIVATE")
  add_library(${target} STATIC ${arg_SOURCES})
  add_library(actors::${exported} ALIAS ${target})
  set_target_properties(${target} PROPERTIES EXPORT_NAME ${exported})
  target_compile_features(${target} PUBLIC cxx_std_20)
  target_include_directories(${target}
    PUBLIC "$<BUILD_INTERFACE:${CMAKE_CURRENT_SOURCE_DIR}/include>"
           "$<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>"
    PRIVATE "${CMAKE_CURRENT_SOURCE_DIR}/src")
  target_link_libraries(${target} PUBLIC ${arg_PUBLIC} PRIVATE ${arg_PRIVATE})
  install(TARGETS ${target} EXPORT actorsTargets COMPONENT development)
  install(DIRECTORY include/ DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}" COMPONENT development)
endfunction()

# actors_install_package()
#
# Installs actorsConfig.cmake, its version file and our own find modules. Once, after all libraries.
function(actors_install_package)
  set(destination "${CMAKE_INSTALL_LIBDIR}/cmake/actors")
  set(generated "${PROJECT_BINARY_DIR}/cmake")
  configure_package_config_file("${ACTORS_CMAKE_DIR}/actorsConfig.cmake.in" "${generated}/actorsConfig.cmake"
    INSTALL_DESTINATION "${destination}")
  write_basic_package_version_file("${generated}/actorsConfigVersion.cmake" COMPATIBILITY SameMinorVersion)
  install(EXPORT actorsTargets NAMESPACE actors:: DESTINATION "${destination}" COMPONENT development)
  install(FILES
    "${generated}/actorsConfig.cmake" "${generated}/actorsConfigVersion.cmake"
    "${ACTORS_CMAKE_DIR}/FindCAF.cmake" "${ACTORS_CMAKE_DIR}/Findxxhash.cmake"
    DESTINATION "${destination}" COMPONENT development)
endfunction()

# actors_add_test(<name> <source>... [LABEL <label>] [TIMEOUT <seconds>] [LINK <lib>...] [ARGS <arg>...] [SERIAL])
#
# A Boost.Test program `<name>_test` that one of its sources names with BOOST_TEST_MODULE, run by ctest as
# `<label>.<name>`; dots in the name become underscores in the program. It sees the private headers of libactors.
# SERIAL: nothing else runs beside it (for tests that measure time). Defaults: LABEL unit, TIMEOUT 120.
function(actors_add_test name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "SERIAL" "LABEL;TIMEOUT" "LINK;ARGS")
  if(NOT arg_LABEL)
    set(arg_LABEL unit)
  endif()
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 120)
  endif()
  find_package(Boost 1.74 REQUIRED COMPONENTS unit_test_framework)
  string(REPLACE "." "_" target "${name}_test")
  add_executable(${target} ${arg_UNPARSED_ARGUMENTS})
  target_include_directories(${target} PRIVATE "${PROJECT_SOURCE_DIR}/libactors/src" "${PROJECT_SOURCE_DIR}/tests")
  target_link_libraries(${target} PRIVATE actors::actors Boost::unit_test_framework ${arg_LINK})
  set_target_properties(${target} PROPERTIES
    RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/bin/tests")
  add_test(NAME ${arg_LABEL}.${name} COMMAND ${target} ${arg_ARGS})
  set_tests_properties(${arg_LABEL}.${name} PROPERTIES
    LABELS ${arg_LABEL} TIMEOUT ${arg_TIMEOUT} RUN_SERIAL ${arg_SERIAL})
  if(arg_LABEL STREQUAL "unit")
    add_dependencies(unit-tests ${target})
  endif()
endfunction()

# actors_add_example(<name> [LINK <lib>...])
#
# The program <name> from <name>.cpp; ctest runs it without arguments and compares what it prints with
# <name>.expected, where `...` stands for any text, and a line `...` for any lines.
function(actors_add_example name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "LINK")
  add_executable(${name} ${name}.cpp)
  target_link_libraries(${name} PRIVATE actors::actors ${arg_LINK})
  add_test(NAME example.${name} COMMAND ${CMAKE_COMMAND}
    "-DPROGRAM=$<TARGET_FILE:${name}>"
    "-DEXPECTED=${CMAKE_CURRENT_SOURCE_DIR}/${name}.expected"
    -P "${ACTORS_CMAKE_DIR}/CheckOutput.cmake")
  set_tests_properties(example.${name} PROPERTIES LABELS example TIMEOUT 60)
endfunction()

# actors_add_compile_fail(<name> <source> MESSAGE <regex>...)
#
# Passes when the compiler refuses the source and what it says matches every regex (CMake's dialect).
function(actors_add_compile_fail name source)
  cmake_parse_arguments(PARSE_ARGV 2 arg "" "" "MESSAGE")
  add_test(NAME compile_fail.${name} COMMAND ${CMAKE_COMMAND}
    "-DCOMPILER=${CMAKE_CXX_COMPILER}"
    "-DINCLUDES=$<TARGET_PROPERTY:actors,INTERFACE_INCLUDE_DIRECTORIES>"
    "-DSOURCE=${CMAKE_CURRENT_SOURCE_DIR}/${source}"
    "-DMESSAGES=${arg_MESSAGE}"
    -P "${ACTORS_CMAKE_DIR}/CheckCompileFail.cmake")
  set_tests_properties(compile_fail.${name} PROPERTIES LABELS compile_fail TIMEOUT 60)
endfunction()

# actors_check_public_headers(<name> <include folder> [MAY_USE_CAF <header>...])
#
# The target `<name>-headers` and the test of that name: each header of <include folder> compiles alone, and nothing it
# pulls in belongs to CAF, CUDA or sockets. Headers in detail/ are reached through the others. The headers are listed when
# the check runs, so that a new one cannot be missed.
function(actors_check_public_headers name folder)
  cmake_parse_arguments(PARSE_ARGV 2 arg "" "" "MAY_USE_CAF")
  # A list would become several words of the command.
  list(JOIN arg_MAY_USE_CAF "," may_use_caf)
  set(check ${CMAKE_COMMAND}
    "-DCOMPILER=${CMAKE_CXX_COMPILER}"
    "-DINCLUDES=$<TARGET_PROPERTY:actors,INTERFACE_INCLUDE_DIRECTORIES>"
    "-DCAF_INCLUDE=${CAF_INCLUDE_DIR}"
    "-DFOLDER=${folder}"
    "-DSCRATCH=${PROJECT_BINARY_DIR}/${name}-headers"
    "-DMAY_USE_CAF=${may_use_caf}"
    -P "${ACTORS_CMAKE_DIR}/CheckHeaders.cmake")
  add_custom_target(${name}-headers COMMAND ${check} VERBATIM COMMENT "Compiling each public header of ${name} alone")
  add_test(NAME headers.${name} COMMAND ${check})
  set_tests_properties(headers.${name} PROPERTIES LABELS headers TIMEOUT 300)
endfunction()
