#!/usr/bin/env bash
# What ./dev demo shows, with the program given: a network trained, made into an engine, and run.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

tenon=$1
out=build/demo
rm -rf "$out"
mkdir -p "$out"

step() { printf '\n== %s\n' "$1"; }

step "training on 60000 handwritten digits, as examples/mnist.toml says"
"$tenon" train examples/mnist.toml --out "$out/run"

step "making an engine of it"
"$tenon" build "$out/run" -o "$out/digits.tenon"

step "digits that it has never seen, and what it takes them for"
"$tenon" run "$out/digits.tenon" -i examples/digits.npy --show

step "how fast it is"
"$tenon" bench "$out/digits.tenon" --batch 1,64 --threads 1 --seconds 0.5

cat <<END

What to try next, with tenon in $tenon:

  tenon train examples/mnist.toml --print                     the recipe in full, and the model as a table
  tenon train examples/mnist.toml --set train.epochs=10       any key of the recipe can be set
  tenon eval $out/run                                  the score on all test digits
  tenon inspect $out/digits.tenon --plan --memory      what runs, where, how long, in how much memory
  tenon run $out/digits.tenon -i examples/digits.npy --top 3
END
