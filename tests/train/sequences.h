// A small problem for nets with a memory.
#pragma once

#include "base/philox.h"
#include "tenon/train.h"

namespace tenon::testing {

// Sequences of two features; whether the first one's sum is positive.
inline Dataset sequences(std::int64_t items, std::int64_t turns) {
  const Tensor x = Tensor::empty(DType::f32, {items, turns, 2});
  const Tensor y = Tensor::zeros(DType::u8, {items});
  for (std::int64_t i = 0; i < items; ++i) {
    double sum = 0;
    for (std::int64_t k = 0; k < 2 * turns; ++k) {
      const auto words = philox(7, philox_counter(static_cast<std::uint64_t>(i * 2 * turns + k), 0));
      const double number = words[0] * 0x1p-31 - 1;
      x.set_number(i * 2 * turns + k, number);
      if (k % 2 == 0) sum += number;
    }
    y.set_number(i, sum > 0 ? 1 : 0);
  }
  return Dataset({{"x", x}, {"y", y}}, {"negative", "positive"});
}

}  // namespace tenon::testing
