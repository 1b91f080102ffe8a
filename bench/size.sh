#!/bin/sh
# What one ships to run an engine: a program with the whole closure of its shared libraries, all of them stripped.
# With a compiler for kernels (the LLVM module and its closure beside it), and without, where code is kept in the cache
# or comes as an object.
#
#   bench/size.sh [--list] PROGRAM [LLVM MODULE]
#   bench/size.sh build/release/bin/tenon build/release/lib/libtenon_llvm.so
set -eu

list=false
if [ "${1-}" = --list ]; then
  list=true
  shift
fi
if [ $# -lt 1 ] || [ $# -gt 2 ]; then
  sed -n '/^#   /s/^#   /usage: /p' "$0" >&2
  exit 2
fi

work=$(mktemp -d)
trap 'rm -r "$work"' EXIT

# The files that each of the arguments needs, one a line, those arguments included.
closure() {
  for file in "$@"; do
    readlink -f "$file"
    ldd "$file" | awk '$2 == "=>" && $3 ~ /^\// { print $3 } $1 ~ /^\// { print $1 }' | xargs -r readlink -f
  done | sort -u
}

stripped_bytes() {
  strip -s -o "$work/stripped" "$1"
  stat -c %s "$work/stripped"
}

# The sum over files on standard input, in MB; with --list each by itself too.
sum() {
  total=0
  while read -r file; do
    bytes=$(stripped_bytes "$file")
    total=$((total + bytes))
    if $list; then echo "$bytes $file" | awk '{ printf "  %7.2f MB  %s\n", $1 / 1e6, $2 }'; fi
  done
  echo "$total" | awk -v name="$1" '{ printf "%-28s %7.2f MB\n", name, $1 / 1e6 }'
}

system='/(ld-linux[^/]*|libc|libm|libstdc\+\+|libgcc_s|libpthread|libdl)\.so[^/]*$'

readlink -f "$@" | sum "own code"
closure "$1" | sum "closure without a compiler"
closure "$1" | grep -vE "$system" | sum "  less C and C++ libraries"
if [ $# -eq 2 ]; then
  closure "$@" | sum "closure with the compiler"
  closure "$@" | grep -vE "$system" | sum "  less C and C++ libraries"
fi
