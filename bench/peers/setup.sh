#!/usr/bin/env bash
# Makes build/peers: a virtual environment with the newest releases of the peers, and the contenders that
# speak to them from C++. Running it again does only what is missing; --upgrade looks for newer releases.
# Wants about 6 GB: PyPI's PyTorch for Linux is the CUDA build, and it does not import without its libraries.
set -euo pipefail

root=$(cd "$(dirname "$0")/../.." && pwd)
venv=$root/build/peers
programs=$venv/contenders
packages=(torch torchvision onnxruntime openvino onnx numpy)

install_packages() {
  [[ -x $venv/bin/python ]] || python3 -m venv "$venv"
  if [[ ${1:-} != --upgrade ]] && "$venv/bin/python" -c 'import torch, torchvision, onnxruntime, openvino, onnx, numpy' 2>/dev/null; then
    return
  fi
  "$venv/bin/python" -m pip install --quiet --upgrade "${packages[@]}"
}

# compile NAME ARGUMENT... : bench/peers/NAME_contender.cpp, if it or the installed packages changed
compile() {
  local name=$1 source=$root/bench/peers/$1_contender.cpp program=$programs/$1
  shift
  [[ $program -nt $source && $program -nt $root/bench/contender.cpp && $program -nt $site ]] && return
  echo "compiling the $name contender"
  "${CXX:-g++}" -std=c++20 -O2 "$source" "$root/bench/contender.cpp" -o "$program" "$@"
}

compile_contenders() {
  mkdir -p "$programs"
  local torch=$site/torch openvino=$site/openvino
  compile libtorch -isystem "$torch/include" -isystem "$torch/include/torch/csrc/api/include" \
    -L"$torch/lib" -Wl,-rpath,"$torch/lib" -Wl,--allow-shlib-undefined -ltorch_cpu -lc10
  compile openvino -isystem "$openvino/include" \
    "$(echo "$openvino"/libs/libopenvino.so.*)" -Wl,-rpath,"$openvino/libs" -Wl,--allow-shlib-undefined
}

# Models that others trained, where there is a folder of them: beside this checkout, or named by BENCH_SHARED.
link_shared_models() {
  local model shared=${BENCH_SHARED:-$root/../shared/data/models}
  for model in "$shared"/*.onnx; do
    if [[ -e $model ]]; then ln -sf "$(realpath "$model")" "$root/build/bench/models/"; fi
  done
}

install_packages "$@"
site=$("$venv/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
compile_contenders
"$venv/bin/python" "$root/bench/peers/models.py" "$root/build/bench/models"
"$venv/bin/python" "$root/bench/peers/networks.py" "$root/build/bench/models" 2>/dev/null
"$venv/bin/python" "$root/bench/peers/quantised.py" "$root/build/bench/models" 2>/dev/null
link_shared_models
"$venv/bin/python" -m pip list 2>/dev/null | grep -E "^($(IFS='|'; echo "${packages[*]}")) "
