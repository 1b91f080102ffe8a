# lint [--all]
# Checks layout, clang-tidy, the length of files and the shell scripts.
#
# clang-tidy reads the sources that differ from main and those that include a header that does;
# with --all, every source.
use build

readonly kMostLines=500

# files PATTERN...: what git tracks, or would if it were added.
files() { git ls-files --cached --others --exclude-standard --deduplicate -- "$@" | only_existing; }

only_existing() {
  local file
  while read -r file; do
    if [[ -f $file ]]; then printf '%s\n' "$file"; fi
  done
}

lint_layout() {
  files '*.cpp' '*.h' | xargs clang-format-19 --dry-run -Werror && return
  printf 'lint: clang-format-19 -i FILE puts that right\n' >&2
  return 1
}

lint_length() {
  files '*.cpp' '*.h' '*.cu' '*.cuh' '*.py' '*.js' '*.sh' '*.cmake' '*CMakeLists.txt' dev | xargs wc -l |
    awk -v most=$kMostLines '
      $2 != "total" && $1 > most { print $2 " has " $1 " lines, above " most ": split it"; failed = 1 }
      END { exit failed }'
}

lint_scripts() { { files '*.sh'; echo dev .ci/run; } | xargs shellcheck --external-sources; }

changed_files() {
  local base
  base=$(git merge-base HEAD main 2>/dev/null || git merge-base HEAD origin/main 2>/dev/null || echo HEAD)
  git diff --name-only "$base" -- '*.cpp' '*.h' | only_existing
  git ls-files --others --exclude-standard -- '*.cpp' '*.h'
}

# The sources among the files read, and the sources that include a header among them.
sources_touched() {
  local file
  while read -r file; do
    case $file in
      *.cpp) printf '%s\n' "$file" ;;
      *.h) files '*.cpp' | xargs grep -lF "#include \"${file#*/}\"" || true ;;
    esac
  done
}

# Keeps the sources that the build knows how to compile.
only_compiled() {
  comm -12 <(sort -u) <(sed -n "s|.*\"file\": \"$PWD/\(.*\)\".*|\1|p" build/lint/compile_commands.json | sort -u)
}

# What clang-tidy says on stderr is only how many warnings it does not show.
lint_tidy() {
  configure lint
  { if [[ ${1:-} == --all ]]; then files '*.cpp'; else changed_files | sources_touched; fi; } | only_compiled |
    xargs --no-run-if-empty --max-args=1 --max-procs="$(jobs)" clang-tidy-19 -p build/lint --quiet 2>build/lint/tidy.log
}

dev_lint() {
  local check failed=0
  [[ $# == 0 || $* == --all ]] || die "lint takes --all or nothing"
  dev_setup build lint
  for check in layout length scripts tidy; do
    say "$check"
    "lint_$check" "$@" || failed=1
  done
  return $failed
}
