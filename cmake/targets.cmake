# acd_options: how our own code is compiled. acd_library, acd_test: a folder is a target.

add_library(acd_options INTERFACE)
target_compile_options(acd_options INTERFACE -Wall -Wextra -Wshadow -Wconversion -Wno-sign-conversion
                       -Wnon-virtual-dtor -Woverloaded-virtual -Wimplicit-fallthrough)
# GCC clears small objects by "rep stos", which takes as long as a hundred instructions to start.
include(CheckCXXCompilerFlag)
set(memset_inline -mmemset-strategy=unrolled_loop:256:noalign,libcall:-1:noalign)
check_cxx_compiler_flag(${memset_inline} ACD_HAS_MEMSET_STRATEGY)
if(ACD_HAS_MEMSET_STRATEGY)
  target_compile_options(acd_options INTERFACE ${memset_inline})
endif()
if(ACD_WERROR)
  target_compile_options(acd_options INTERFACE -Werror)
endif()
target_include_directories(acd_options INTERFACE ${CMAKE_SOURCE_DIR})
# For programs: what ThreadSanitizer needs in them.
add_library(acd_watched INTERFACE)
if("${CMAKE_CXX_FLAGS} ${CMAKE_CXX_FLAGS_DEBUG}" MATCHES "-fsanitize=thread")
  target_sources(acd_watched INTERFACE ${CMAKE_SOURCE_DIR}/tests/support/tsan_descriptors.cc)
endif()

# acd_library(NAME [PUBLIC dep...] [PRIVATE dep...]): every .cc of this folder is library acd::NAME.
function(acd_library name)
  cmake_parse_arguments(ARG "" "" "PUBLIC;PRIVATE" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cc)
  list(FILTER sources EXCLUDE REGEX "/main\\.cc$")
  if(sources)
    add_library(acd_${name} STATIC ${sources})
    target_link_libraries(acd_${name} PUBLIC ${ARG_PUBLIC} PRIVATE acd_options ${ARG_PRIVATE})
    target_include_directories(acd_${name} PUBLIC ${CMAKE_SOURCE_DIR})
  else()
    add_library(acd_${name} INTERFACE)
    target_link_libraries(acd_${name} INTERFACE ${ARG_PUBLIC})
    target_include_directories(acd_${name} INTERFACE ${CMAKE_SOURCE_DIR})
  endif()
  add_library(acd::${name} ALIAS acd_${name})
endfunction()

# acd_test(NAME dep...): every *_test.cc of this folder is one GoogleTest program, label "unit".
function(acd_test name)
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*_test.cc)
  if(NOT sources)
    return()
  endif()
  add_executable(${name}_test ${sources})
  target_link_libraries(${name}_test PRIVATE acd_options acd_watched acd::test_support GTest::gmock_main ${ARGN})
  target_compile_definitions(${name}_test PRIVATE ACD_SOURCE_DIR="${CMAKE_SOURCE_DIR}"
                             ACD_BINARY_DIR="${CMAKE_BINARY_DIR}")
  gtest_discover_tests(${name}_test DISCOVERY_MODE PRE_TEST PROPERTIES LABELS unit TIMEOUT 300)
endfunction()
