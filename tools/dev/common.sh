# What the parts of ./dev share. They run in the repository's root, under `set -euo pipefail`.

say() { printf '\n== %s\n' "$*"; }

die() {
  printf './dev: %s\n' "$*" >&2
  exit 2
}

# Makes the functions of another part known.
use() {
  # shellcheck source=/dev/null
  source "tools/dev/$1.sh"
}

jobs() { printf '%s' "${CMAKE_BUILD_PARALLEL_LEVEL:-$(nproc)}"; }

have() { command -v "$1" >/dev/null; }
