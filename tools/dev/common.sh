# What the parts of ./dev share. They run in the repository's root, under `set -euo pipefail`.

say() { printf '\n== %s\n' "$*"; }

die() {
  printf './dev: %s\n' "$*" >&2
  exit 2
}

# Makes the functions of another part known.
use() { source "tools/dev/$1.sh"; }

have() { command -v "$1" >/dev/null; }

jobs() { printf '%s' "${CMAKE_BUILD_PARALLEL_LEVEL:-$(nproc)}"; }

# require_known KIND NAME KNOWN...: refuses a name that is not among the known ones.
require_known() {
  local kind=$1 name=$2
  shift 2
  [[ " $* " == *" $name "* ]] || die "there is no $kind '$name'; there are: ${*:-none}"
}

# The C++ files of a folder, without their ending.
sources_in() { find "$1" -maxdepth 1 -name '*.cpp' -printf '%f\n' | sed 's/\.cpp$//' | sort; }
