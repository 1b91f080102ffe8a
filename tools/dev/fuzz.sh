# fuzz [reader [seconds]]
# Feeds broken files to a reader, 60 s unless said (each reader unless named).
#
# A reader here is a file of fuzz/. Its corpus, fuzz/corpus/READER, is read only; what a run finds interesting
# goes to build/fuzz/corpus/READER, and an input that breaks the reader to build/fuzz/READER-crash-*. Put such
# an input into the corpus: every build's tests replay it. The readers of ONNX start from ONNX's own small test
# models too, where Debian's libonnx-testdata is installed.
use build

add_onnx_models() {
  local models=/usr/share/libonnx-testdata model
  [[ -d $models ]] || return 0
  while IFS= read -r model; do
    cp -n "$model" "$1/$(basename "$(dirname "$model")").onnx"
  done < <(find "$models" -name model.onnx -size -2049c)
}

fuzz_reader() {
  local reader=$1 seconds=$2 found=build/fuzz/corpus/$1 limits=()
  say "$reader, $seconds s"
  mkdir -p "$found"
  [[ $reader == onnx* ]] && limits+=(-malloc_limit_mb=64) && add_onnx_models "$found"
  "build/fuzz/bin/fuzz_$reader" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 "${limits[@]}" \
    -artifact_prefix="build/fuzz/$reader-" "$found" "fuzz/corpus/$reader"
}

dev_fuzz() {
  local there readers seconds=${2:-60} reader
  mapfile -t there < <(sources_in fuzz | grep -vx replay)
  readers=("${there[@]}")
  if (($#)); then
    require_known "reader to fuzz" "$1" "${there[@]}"
    readers=("$1")
  fi
  dev_setup build fuzz
  configure fuzz
  compile fuzz "${readers[@]/#/fuzz_}"
  for reader in "${readers[@]}"; do
    fuzz_reader "$reader" "$seconds"
  done
}
