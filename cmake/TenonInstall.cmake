# cmake --install: the library, its public headers, the program where it was built, and the package that
# find_package(tenon) reads.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

# `tenon` is an archive, so its users link what its rooms link: the package finds X for each X::y.
get_property(libs GLOBAL PROPERTY TENON_ROOM_LIBS)
set(TENON_FIND_DEPENDENCIES "find_dependency(Threads)")
foreach(lib IN LISTS libs)
  if(NOT lib MATCHES "^([A-Za-z0-9_]+)::")
    message(FATAL_ERROR "a room links ${lib}, which is no imported target PACKAGE::NAME: users could not find it")
  endif()
  list(APPEND TENON_FIND_DEPENDENCIES "find_dependency(${CMAKE_MATCH_1})")
endforeach()
list(REMOVE_DUPLICATES TENON_FIND_DEPENDENCIES)
list(JOIN TENON_FIND_DEPENDENCIES "\n" TENON_FIND_DEPENDENCIES)

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/tenon)
install(TARGETS tenon EXPORT tenon FILE_SET HEADERS)
install(EXPORT tenon NAMESPACE tenon:: DESTINATION ${package_dir} FILE tenonTargets.cmake)
if(TARGET tenon_llvm)
  install(TARGETS tenon_llvm LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
endif()
if(TARGET tenon_program)
  install(TARGETS tenon_program)
endif()

configure_package_config_file(${CMAKE_CURRENT_LIST_DIR}/tenonConfig.cmake.in ${PROJECT_BINARY_DIR}/tenonConfig.cmake
                              INSTALL_DESTINATION ${package_dir})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/tenonConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/tenonConfig.cmake ${PROJECT_BINARY_DIR}/tenonConfigVersion.cmake
              ${CMAKE_CURRENT_LIST_DIR}/FindDNNL.cmake
        DESTINATION ${package_dir})
install(FILES ${PROJECT_SOURCE_DIR}/LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})
