# bench [suite]... | kernels [option of Google Benchmark]...
# Measures Tenon beside its peers (all suites unless named); figures go to build/bench.
#
# bench/README.md names the suites and says how a figure comes about. The first run installs the peers into
# build/peers: about 6 GB.
use setup

dev_bench() {
  dev_setup build bench
  bench/run.sh "$@"
}
