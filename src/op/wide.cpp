#include "op/wide.h"

namespace tenon {

DType wide_dtype(DType dtype) {
  if (is_float(dtype)) return DType::f64;
  if (is_signed_int(dtype)) return DType::i64;
  return is_unsigned_int(dtype) ? DType::u64 : DType::boolean;
}

Tensor widen(const Tensor& tensor) { return narrow(tensor, wide_dtype(tensor.dtype())); }

Tensor narrow(const Tensor& tensor, DType dtype) {
  return tensor.dtype() == dtype ? tensor : tensor.cast(dtype);
}

Shape walked_shape(std::span<const Tensor> inputs, const Shape& shape) {
  const bool stretched =
      std::any_of(inputs.begin(), inputs.end(), [&](const Tensor& input) { return input.shape() != shape; });
  return stretched ? shape : Shape{element_count(shape)};
}

void require_taken(const TypeContext& context, bool taken, std::size_t input) {
  context.require(taken, "input ", input, " must not be of type ", context.inputs[input].dtype, "; use cast");
}

}  // namespace tenon
