# SPDX-License-Identifier: LGPL-2.1-or-later
# The house's compiler settings, and the two functions that every layer uses.
include(GNUInstallDirs)
enable_testing()

set(CMAKE_C_STANDARD 17)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_C_EXTENSIONS ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR})
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE RelWithDebInfo)
endif()
set(CMAKE_C_FLAGS_RELWITHDEBINFO "-O2 -g")

find_program(CCACHE ccache)
if(CCACHE AND NOT CMAKE_C_COMPILER_LAUNCHER)
  set(CMAKE_C_COMPILER_LAUNCHER ${CCACHE})
endif()

option(VM_SANITIZE "Build with AddressSanitizer and UndefinedBehaviorSanitizer" OFF)
option(VM_COVERAGE "Build with gcov instrumentation" OFF)

find_package(PkgConfig REQUIRED)
pkg_check_modules(GLIB REQUIRED IMPORTED_TARGET glib-2.0>=2.68)
pkg_check_modules(JANSSON REQUIRED IMPORTED_TARGET jansson>=2.13)
pkg_check_modules(LIBXML2 REQUIRED IMPORTED_TARGET libxml-2.0>=2.9.10)
pkg_check_modules(LIBNBD REQUIRED IMPORTED_TARGET libnbd)
pkg_check_modules(LIBEDIT REQUIRED IMPORTED_TARGET libedit)
pkg_check_modules(CMOCKA IMPORTED_TARGET cmocka)
# Headers only: the library itself is opened at run time.
pkg_check_modules(LIBVIRT IMPORTED_TARGET libvirt)

add_library(house_flags INTERFACE)
target_compile_options(house_flags INTERFACE
  -Wall -Wextra -Werror -Wshadow -Wstrict-prototypes -Wmissing-prototypes
  -Wold-style-definition -Wwrite-strings -Wpointer-arith -Wformat=2 -Wvla
  -Wimplicit-fallthrough -Wno-missing-field-initializers -fno-common)
target_include_directories(house_flags INTERFACE ${CMAKE_SOURCE_DIR} ${CMAKE_BINARY_DIR})
target_compile_definitions(house_flags INTERFACE
  _GNU_SOURCE= VM_VERSION="${PROJECT_VERSION}" VM_SOURCE_DIR="${CMAKE_SOURCE_DIR}"
  $<$<BOOL:${LIBVIRT_FOUND}>:VM_HAVE_LIBVIRT_HEADERS=1>)
target_link_libraries(house_flags INTERFACE PkgConfig::GLIB PkgConfig::JANSSON PkgConfig::LIBXML2)
if(VM_SANITIZE)
  target_compile_options(house_flags INTERFACE -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(house_flags INTERFACE -fsanitize=address,undefined)
endif()
if(VM_COVERAGE)
  target_compile_options(house_flags INTERFACE --coverage -O0)
  target_link_options(house_flags INTERFACE --coverage)
endif()

# house_library(NAME [DIRS dir...] [LINK lib...]): a static library of every
# .c file of the folders, tests left out.
function(house_library name)
  cmake_parse_arguments(A "" "" "DIRS;LINK" ${ARGN})
  if(NOT A_DIRS)
    set(A_DIRS .)
  endif()
  set(sources)
  foreach(dir ${A_DIRS})
    file(GLOB found CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${dir}/*.c)
    list(APPEND sources ${found})
  endforeach()
  list(FILTER sources EXCLUDE REGEX "/test_[^/]*\\.c$")
  list(FILTER sources EXCLUDE REGEX "/main\\.c$")
  add_library(${name} STATIC ${sources})
  target_link_libraries(${name} PUBLIC house_flags ${A_LINK})
endfunction()

# house_tests(LIB [DIRS dir...] [LINK lib...]): one cmocka program per
# test_*.c file of the folders, registered under that name, label "unit".
function(house_tests lib)
  cmake_parse_arguments(A "" "" "DIRS;LINK" ${ARGN})
  if(NOT A_DIRS)
    set(A_DIRS .)
  endif()
  if(NOT CMOCKA_FOUND)
    return()
  endif()
  foreach(dir ${A_DIRS})
    file(GLOB found CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${dir}/test_*.c)
    foreach(source ${found})
      get_filename_component(test ${source} NAME_WE)
      file(RELATIVE_PATH where ${CMAKE_SOURCE_DIR} ${source})
      get_filename_component(where ${where} DIRECTORY)
      string(REPLACE "/" "_" where ${where})
      set(target ${where}_${test})
      add_executable(${target} ${source})
      set_target_properties(${target} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
      target_link_libraries(${target} PRIVATE ${lib} ${A_LINK} PkgConfig::CMOCKA)
      add_test(NAME ${target} COMMAND ${target} WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
      set_tests_properties(${target} PROPERTIES LABELS unit SKIP_RETURN_CODE 77 TIMEOUT 300)
    endforeach()
  endforeach()
endfunction()
