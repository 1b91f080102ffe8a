# A room is a folder of src/ and one object library; all rooms together are the library `tenon`.
# Sources are globbed: adding a file to a room is adding the file.

add_library(tenon_options INTERFACE)
target_include_directories(tenon_options INTERFACE
  $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include> $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/src>)
target_compile_options(tenon_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow
  $<$<COMPILE_LANGUAGE:CXX>:-Wnon-virtual-dtor> $<$<COMPILE_LANGUAGE:CXX>:-Woverloaded-virtual> -fno-math-errno
  $<$<BOOL:${TENON_WERROR}>:-Werror>)
if(TENON_SANITIZE)
  target_compile_options(tenon_options INTERFACE
    -fsanitize=${TENON_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(tenon_options INTERFACE -fsanitize=${TENON_SANITIZE})
endif()
if(TENON_FUZZ)
  target_compile_options(tenon_options INTERFACE -fsanitize=fuzzer-no-link)
endif()

set_property(GLOBAL PROPERTY TENON_ROOMS "")

# tenon_room(<folder> [LIBS lib...]): the .cpp files of src/<folder> (not of its subfolders).
function(tenon_room folder)
  cmake_parse_arguments(ARG "" "" "LIBS" ${ARGN})
  string(REPLACE "/" "_" name ${folder})
  file(GLOB sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/src/${folder}/*.cpp)
  if(NOT sources)
    return()
  endif()
  add_library(tenon_${name} OBJECT ${sources})
  target_link_libraries(tenon_${name} PRIVATE tenon_options ${ARG_LIBS})
  set_property(GLOBAL APPEND PROPERTY TENON_ROOMS tenon_${name})
  set_property(GLOBAL APPEND PROPERTY TENON_ROOM_LIBS ${ARG_LIBS})
endfunction()

# tenon_llvm_module(<folder> <source>...): what links LLVM is a module of its own, loaded when the first kernel is
# compiled. It exports one symbol and takes the sources it needs of other rooms with it.
function(tenon_llvm_module folder)
  file(GLOB sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/src/${folder}/*.cpp)
  add_library(tenon_llvm MODULE ${sources} ${ARGN})
  target_link_libraries(tenon_llvm PRIVATE tenon_options LLVM)
  target_include_directories(tenon_llvm SYSTEM PRIVATE ${LLVM_INCLUDE_DIRS})
  target_link_options(tenon_llvm PRIVATE -Wl,--as-needed -Wl,-z,defs)
  set_target_properties(tenon_llvm PROPERTIES CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON
    LIBRARY_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/lib)
endfunction()

# tenon_code_version(<target> <folder>): gives the target the definition of kCodeVersion, a string that changes
# with the sources of the folder and with LLVM: compiled code that was kept is taken only from the same.
function(tenon_code_version target folder)
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/src/${folder}/*)
  set(script ${PROJECT_SOURCE_DIR}/cmake/TenonCodeVersion.cmake)
  set(out ${CMAKE_CURRENT_BINARY_DIR}/code_version.cpp)
  add_custom_command(OUTPUT ${out} DEPENDS ${sources} ${script} VERBATIM
    COMMAND ${CMAKE_COMMAND} -DFOLDER=${PROJECT_SOURCE_DIR}/src/${folder} -DLLVM=${LLVM_PACKAGE_VERSION} -DOUT=${out}
            -P ${script})
  target_sources(${target} PRIVATE ${out})
endfunction()

# tenon_program(<folder> [LIBS lib...]): the program `tenon` is main.cpp of src/<folder>. The other sources there
# are a library that its tests link too; no part of the program is in the library `tenon`.
function(tenon_program folder)
  cmake_parse_arguments(ARG "" "" "LIBS" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/src/${folder}/*.cpp)
  list(FILTER sources EXCLUDE REGEX "/main\\.cpp$")
  if(NOT sources)
    return()
  endif()
  add_library(tenon_${folder} STATIC ${sources})
  target_link_libraries(tenon_${folder} PRIVATE tenon_options PUBLIC tenon ${ARG_LIBS})
  add_executable(tenon_program ${folder}/main.cpp)
  target_link_libraries(tenon_program PRIVATE tenon_${folder} tenon_options)
  set_target_properties(tenon_program PROPERTIES OUTPUT_NAME tenon)
endfunction()
