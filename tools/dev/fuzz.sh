# fuzz [reader [seconds]]
# Feeds broken files to a reader, 60 s unless said (each reader unless named).
#
# A reader here is a file of fuzz/. Its corpus, fuzz/corpus/READER, is read only; what the run finds
# interesting goes to build/fuzz/corpus/READER, and an input that breaks the reader to
# build/fuzz/crash-READER-*. Keep such an input in the corpus: the tests replay it for ever.
use build

readers_there() { find fuzz -maxdepth 1 -name '*.cpp' ! -name replay.cpp -printf '%f\n' | sed 's/\.cpp$//' | sort; }

fuzz_reader() {
  local reader=$1 seconds=$2 found=build/fuzz/corpus/$1
  say "$reader, $seconds s"
  mkdir -p "$found"
  "build/fuzz/bin/fuzz_$reader" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 \
    -artifact_prefix="build/fuzz/$reader-" "$found" "fuzz/corpus/$reader"
}

dev_fuzz() {
  local readers=("${@:1:1}") seconds=${2:-60} reader
  ((${#readers[@]})) || mapfile -t readers < <(readers_there)
  for reader in "${readers[@]}"; do
    [[ -f fuzz/$reader.cpp ]] || die "there is no reader '$reader' to fuzz; there are:" $(readers_there)
  done
  dev_setup build fuzz
  configure fuzz
  compile fuzz
  for reader in "${readers[@]}"; do
    fuzz_reader "$reader" "$seconds"
  done
}
