// Reads the wire form of ONNX files. A field whose length lies, a nesting without end or a count that would
// take far more memory than the file are errors with the place in the file.
#pragma once

#include "onnx/model.h"

namespace tenon::onnx {

// Mapped: tensors stay in the file. External data is looked for beside it.
ModelDef read_model(const std::string& path);
// From memory that `owner` keeps alive; `name` for errors. No external data.
ModelDef read_model(std::span<std::byte> bytes, std::string_view name, std::shared_ptr<void> owner);

// A file that holds a TensorProto alone, as test data does; none where it is no tensor.
Tensor read_tensor_file(const std::string& path);

}  // namespace tenon::onnx
