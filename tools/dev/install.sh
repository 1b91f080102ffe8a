# install [prefix]
# Installs the release build, for find_package(tenon) (prefix: build/install).
#
# A CMake project then finds it: find_package(tenon), with -DCMAKE_PREFIX_PATH=PREFIX.
use build

dev_install() {
  local prefix=${1:-build/install}
  dev_build release
  cmake --install build/release --prefix "$prefix" >build/release/install.log
  say "installed in $prefix"
}
