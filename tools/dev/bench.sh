# bench [suite]...
# Runs benchmarks (all unless named); figures go to build/bench.
#
# A suite is a file of bench/. Look at the machine's load before believing a figure.
use build

suites_there() { find bench -maxdepth 1 -name '*.cpp' -printf '%f\n' | sed 's/\.cpp$//; s/_/-/g' | sort; }

run_suite() {
  say "$1"
  "build/release/bin/bench_${1//-/_}" --benchmark_out="build/bench/$1.json" --benchmark_out_format=json
}

dev_bench() {
  local suites=("$@") suite
  ((${#suites[@]})) || mapfile -t suites < <(suites_there)
  for suite in "${suites[@]}"; do
    [[ -f bench/${suite//-/_}.cpp ]] || die "there is no suite '$suite'; there are:" $(suites_there)
  done
  dev_setup build bench
  configure release -DTENON_BENCH=ON
  compile release bench/all
  mkdir -p build/bench
  for suite in "${suites[@]}"; do
    run_suite "$suite"
  done
}
