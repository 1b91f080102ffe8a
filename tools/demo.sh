#!/usr/bin/env bash
# What ./dev demo shows, with the program given: a network trained, made into an engine, and run.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

tenon=$1
out=build/demo
mkdir -p "$out"

"$tenon" train examples/mnist.toml --out "$out/run"
"$tenon" build "$out/run" -o "$out/digits.tenon"
"$tenon" run "$out/digits.tenon" -i examples/digits.npy
