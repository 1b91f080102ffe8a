# build [preset [CMake option]...]
# Builds the library, the program and the tests into build/PRESET.
#
# Presets: release, debug, asan, tsan, minimal (no optional dependency), fuzz.
# CMake options are kept until changed: ./dev build release -DTENON_LLVM=OFF
use setup

# configure PRESET [CMake option]...; quiet unless it fails.
configure() {
  local preset=$1 log=build/$1/configure.log there
  mapfile -t there < <(cmake --list-presets | sed -n 's/^  "\([^"]*\)".*/\1/p')
  require_known preset "$preset" "${there[@]}"
  mkdir -p "build/$preset"
  cmake --preset "$@" >"$log" 2>&1 || {
    cat "$log" >&2
    die "CMake could not configure the preset '$preset'"
  }
}

# compile PRESET [target]...: all targets unless some are named.
compile() {
  local preset=$1
  shift
  cmake --build "build/$preset" --parallel "$(jobs)" ${@:+--target "$@"}
}

dev_build() {
  local preset=${1:-release}
  dev_setup build
  say "building $preset"
  configure "$preset" "${@:2}"
  compile "$preset"
}
