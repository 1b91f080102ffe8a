# conformance [folder]... [--json FILE] [--backend NAME]... [--only TEXT] [--exported] | --peers
# Holds Tenon to ONNX's published test cases, or to those in other folders: a line a case, then a table by op.
#
# Every folder below the given ones that holds a model.onnx, with inputs and outputs in test_data_set_N, is a
# case; without one they are those of Debian's libonnx-testdata. --exported writes each model anew and reads it
# again first. --peers writes them all, holds them to ONNX's checker, and runs them in ONNX Runtime (which it
# installs, with the other peers, into build/peers).
use setup
use build

readonly kOnnxCases=(/usr/share/libonnx-testdata/data/{node,pytorch-converted,pytorch-operator,simple})

dev_conformance() {
  dev_setup build
  cmake --preset release >/dev/null
  cmake --build --preset release --target onnx_cases
  if [[ ${1:-} == --peers ]]; then
    bench/peers/setup.sh
    rm -rf build/conformance/exported
    build/release/bin/onnx_cases "${kOnnxCases[@]}" --backend reference --write build/conformance/exported \
      --json build/conformance/exported.jsonl >/dev/null
    build/peers/bin/python bench/peers/check_exported.py build/conformance/exported
    return
  fi
  local word folders=("${kOnnxCases[@]}")
  for word; do [[ ! -d $word ]] || folders=(); done
  build/release/bin/onnx_cases "${folders[@]}" "$@"
}
