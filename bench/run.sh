#!/usr/bin/env bash
# Measures Tenon and its peers.   usage: bench/run.sh [SUITE]...   or, of single ops alone: bench/run.sh kernels
# Makes what it needs first: the peers (bench/peers/setup.sh) and Tenon's side, in build/release.
set -euo pipefail

root=$(cd "$(dirname "$0")/.." && pwd)
cd "$root"
if [[ ${1:-} == kernels ]]; then
  cmake --preset release -DTENON_BENCH=ON >/dev/null
  cmake --build --preset release --target bench_kernels
  exec build/release/bin/bench_kernels "${@:2}"
fi
bench/peers/setup.sh
cmake --preset release -DTENON_BENCH=ON >/dev/null
cmake --build --preset release --target tenon_contender bench_floor bench_process tenon_program
exec build/peers/bin/python -u bench/driver/bench.py "$@"
