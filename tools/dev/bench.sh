# bench [suite]...
# Runs benchmarks (all unless named); figures go to build/bench.
#
# A suite is a file of bench/. Look at the machine's load before believing a figure.
use build

run_suite() {
  say "$1"
  "build/release/bin/bench_$1" --benchmark_out="build/bench/$1.json" --benchmark_out_format=json
}

dev_bench() {
  local there suite
  mapfile -t there < <(sources_in bench)
  (($#)) || set -- "${there[@]}"
  for suite; do
    require_known suite "$suite" "${there[@]}"
  done
  dev_setup build bench
  configure release -DTENON_BENCH=ON
  compile release bench/all
  mkdir -p build/bench
  for suite; do
    run_suite "$suite"
  done
}
