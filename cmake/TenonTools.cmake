# What makes a build faster where it is there: ccache for compiling again, mold for linking.
# Only when Tenon is built for itself: a project that includes it chooses its own tools.
if(NOT PROJECT_IS_TOP_LEVEL)
  return()
endif()

find_program(TENON_CCACHE ccache)
if(TENON_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_C_COMPILER_LAUNCHER ${TENON_CCACHE})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${TENON_CCACHE})
endif()

find_program(TENON_MOLD mold)
if(TENON_MOLD)
  # Read-only relocations may begin inside a page that mold 1.10 did not map: such a program does not start.
  add_link_options(-fuse-ld=mold -Wl,-z,norelro)
endif()
