// Tensors as ONNX files hold them: elements as raw bytes, as repeated fields, or in a file beside the model.
#pragma once

#include "onnx/model.h"

namespace tenon::onnx {

// What can be said of a tensor without its elements.
struct TensorHead {
  std::int32_t element_type = 0;
  Shape shape;
};
TensorHead read_head(const Origin& origin, const TensorDef& tensor);

// Raw elements that are aligned stay where they are in the mapped file. Elements of 4 bits become bytes.
Tensor decode_tensor(const Origin& origin, const TensorDef& tensor);

// A tensor of texts, in row-major order.
std::vector<std::string_view> decode_texts(const Origin& origin, const TensorDef& tensor);

}  // namespace tenon::onnx
