# setup [build|lint|fuzz|bench]...
# Installs from Debian 12 what is missing (all four unless named).
#
# Only packages that are not there are installed, through apt-get and, unless you are root, sudo.
# Nothing outside Debian's packages is touched. The other parts call this for what they need.

packages_for() {
  case $1 in
    build)
      echo g++ cmake ninja-build ccache mold
      echo libdnnl-dev llvm-19-dev libzstd-dev zlib1g-dev libpng-dev libjpeg62-turbo-dev
      echo libprotozero-dev libonnx-testdata
      echo libtomlplusplus-dev libcli11-dev libgtest-dev libgmock-dev
      ;;
    bench) echo python3-venv python3-dev libbenchmark-dev ;;
    lint) echo git clang-format-19 clang-tidy-19 libomp-19-dev shellcheck libbenchmark-dev ;;
    fuzz) echo clang-19 libclang-rt-19-dev ;;
    *) die "setup knows build, lint, fuzz and bench, not '$1'" ;;
  esac
}

is_installed() { [[ $(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null) == installed ]]; }

as_root() {
  if ((EUID == 0)); then
    "$@"
  elif have sudo; then
    sudo "$@"
  else
    die "installing packages needs root, and there is no sudo here: run ./dev setup as root"
  fi
}

apt_install() {
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install --yes --quiet --no-install-recommends "$@"
}

apt_update() {
  say "fetching the lists of packages"
  as_root apt-get update --quiet
}

# Every package is in the lists that this machine has; on a new machine there may be none at all. Names are
# compared whole: apt-cache show would take g++ for a pattern, and answer with whatever it matches.
apt_knows() { [[ $(apt-cache pkgnames | grep -cxF "$(printf '%s\n' "$@")") -ge $# ]]; }

install_missing() {
  if ! have apt-get || ! have dpkg-query; then
    die "this is not Debian: install what tools/dev/setup.sh lists by your system's own means," \
      "then build with cmake --preset release"
  fi
  apt_knows "$@" || apt_update
  say "installing $*"
  apt_install "$@" && return
  apt_update  # old lists name files that the archive no longer has
  apt_install "$@" || die "apt-get could not install $*: its message above says why (Debian 12 has them all)"
}

dev_setup() {
  local wanted missing=() package
  (($#)) || set -- build bench lint fuzz
  wanted=$(for kind; do packages_for "$kind"; done)
  for package in $wanted; do
    is_installed "$package" || missing+=("$package")
  done
  ((${#missing[@]} == 0)) || install_missing "${missing[@]}"
}
