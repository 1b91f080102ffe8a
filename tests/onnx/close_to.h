// Tensors in tests of rules: written short, and compared with room for roundings.
#pragma once

#include <gtest/gtest.h>

#include <cmath>

#include "tenon/tensor.h"

namespace tenon::onnx_models {

inline Tensor floats(Shape shape, const std::vector<float>& values) {
  return Tensor::of<float>(std::move(shape), std::span<const float>(values));
}

inline Tensor longs(Shape shape, const std::vector<std::int64_t>& values) {
  return Tensor::of<std::int64_t>(std::move(shape), std::span<const std::int64_t>(values));
}

// Neither even nor symmetric, so that elements that change places are noticed.
inline Tensor waves(const Shape& shape, double step = 0.7) {
  Tensor tensor = Tensor::empty(DType::f32, shape);
  for (std::int64_t i = 0; i < tensor.size(); ++i)
    tensor.set_number(i, std::sin(step * static_cast<double>(i) + 0.3));
  return tensor;
}

inline void expect_close(const Tensor& found, const Tensor& wanted, double room = 1e-5) {
  ASSERT_EQ(found.dtype(), wanted.dtype());
  ASSERT_EQ(found.shape(), wanted.shape());
  for (std::int64_t i = 0; i < wanted.size(); ++i)
    ASSERT_NEAR(found.number(i), wanted.number(i), room) << "element " << i;
}

}  // namespace tenon::onnx_models
