# SPDX-License-Identifier: GPL-2.0
# sara_library, sara_program, sara_unit_test: one way to declare what a folder builds. Each folder lists its
# sources; what it may use is its LINKS line, so an arrow in the wrong direction does not link.

add_library(sara_options INTERFACE)
target_compile_options(sara_options INTERFACE
  -Wall -Wextra -Wpedantic -Wconversion -Wshadow
  # Who names the members that he sets leaves out the others on purpose; clang knows that.
  $<$<CXX_COMPILER_ID:GNU>:-Wno-missing-field-initializers>
  $<$<BOOL:${SARA_WERROR}>:-Werror>)
if(SARA_SANITIZE)
  target_compile_options(sara_options INTERFACE
    -fsanitize=${SARA_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(sara_options INTERFACE -fsanitize=${SARA_SANITIZE})
  if(SARA_SANITIZE STREQUAL "thread")
    # ThreadSanitizer does not know fences. Each io_context here is run by one thread and needs none.
    target_compile_definitions(sara_options INTERFACE BOOST_ASIO_DISABLE_FENCED_BLOCK)
  endif()
endif()
if(SARA_FUZZ)
  # Coverage in the libraries; the fuzzers themselves add the driver with -fsanitize=fuzzer.
  target_compile_options(sara_options INTERFACE -fsanitize=fuzzer-no-link)
endif()

# sara_library(NAME [SOURCES file...] [INCLUDES public dir...] [LINKS public target...] [PRIVATE_LINKS target...])
# A folder without sources yet (headers only) becomes an INTERFACE library of the same name.
function(sara_library name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;INCLUDES;LINKS;PRIVATE_LINKS")
  if(arg_SOURCES)
    add_library(${name} STATIC ${arg_SOURCES})
    target_include_directories(${name} PUBLIC ${CMAKE_SOURCE_DIR}/userspace ${arg_INCLUDES})
    target_link_libraries(${name} PUBLIC ${arg_LINKS} PRIVATE sara_options ${arg_PRIVATE_LINKS})
  else()
    add_library(${name} INTERFACE)
    target_include_directories(${name} INTERFACE ${CMAKE_SOURCE_DIR}/userspace ${arg_INCLUDES})
    target_link_libraries(${name} INTERFACE ${arg_LINKS} ${arg_PRIVATE_LINKS})
  endif()
  if(SARA_SANITIZE)
    target_link_options(${name} INTERFACE -fsanitize=${SARA_SANITIZE})
  endif()
endfunction()

# sara_program(NAME SOURCES file... LINKS target...)
function(sara_program name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;LINKS")
  add_executable(${name} ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE sara_options ${arg_LINKS})
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)
endfunction()

# sara_unit_test(NAME SOURCES file... LINKS target...): one Catch2 executable test_NAME, each of its test cases one
# ctest test named NAME/<case>. No sources yet: nothing. A case that lacks its input says WARN("skipped: why") and
# returns: ctest counts it as skipped.
function(sara_unit_test name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;LINKS")
  if(NOT arg_SOURCES)
    return()
  endif()
  add_executable(test_${name} ${arg_SOURCES})
  target_link_libraries(test_${name} PRIVATE sara_options sara_catch_main ${arg_LINKS})
  # The libraries are tested as they are released; of the tests themselves no speed is needed, only to be built soon.
  target_compile_options(test_${name} PRIVATE -O0)
  target_precompile_headers(test_${name} REUSE_FROM sara_test_headers)
  target_compile_definitions(test_${name} PRIVATE SARA_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
  target_include_directories(test_${name} PRIVATE ${CMAKE_SOURCE_DIR}/tests/unit)
  # A name that CMake takes apart (a bracket without its partner) would find no case, and must not pass for that.
  catch_discover_tests(test_${name} TEST_PREFIX "${name}/" DISCOVERY_MODE PRE_TEST EXTRA_ARGS -w NoTests
    PROPERTIES TIMEOUT 120 LABELS ${name} SKIP_REGULAR_EXPRESSION " skipped: ")
endfunction()

# sara_fuzzer(NAME SOURCES file... LINKS target...): only with SARA_FUZZ. Target fuzzers builds them all.
function(sara_fuzzer name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;LINKS")
  if(NOT SARA_FUZZ)
    return()
  endif()
  add_executable(fuzz_${name} ${arg_SOURCES})
  target_link_libraries(fuzz_${name} PRIVATE sara_options ${arg_LINKS})
  target_link_options(fuzz_${name} PRIVATE -fsanitize=fuzzer)
  if(NOT TARGET fuzzers)
    add_custom_target(fuzzers)
  endif()
  add_dependencies(fuzzers fuzz_${name})
endfunction()
