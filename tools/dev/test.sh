# test [preset [CTest option]...]
# Builds a preset and runs its tests.
#
# Prints the tests that fail and CTest's closing line; the whole output stays in build/PRESET/test.log.
# CTest's options choose: ./dev test release -R tensor    ./dev test asan -L slow
use build

without_passes() { grep --line-buffered -vE '^ +Start +[0-9]+: |^ *[0-9]+/[0-9]+ Test +#[0-9]+: .* Passed '; }

dev_test() {
  local preset=${1:-release}
  dev_build "$preset"
  say "testing $preset"
  ctest --preset "$preset" --parallel "$(jobs)" "${@:2}" | tee "build/$preset/test.log" | without_passes
}
