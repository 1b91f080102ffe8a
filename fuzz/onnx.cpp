// ONNX models: read and imported, or refused; nothing of them is run.
#include "tenon/onnx.h"

#include "onnx/import.h"
#include "onnx/read.h"
#include "target.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return tenon::survive(data, size, [](tenon::Bytes bytes) {
    const auto copy = std::make_shared<std::vector<std::byte>>(bytes.begin(), bytes.end());
    const tenon::OnnxModel model = tenon::onnx::import_model(tenon::onnx::read_model(*copy, "input", copy));
    for (const auto& [name, tensor] : model.weights) tensor.clone();  // touches every byte
  });
}
