#pragma once

#include <tenon/tensor.h>

inline double mean(const tenon::Tensor& values) {
  double sum = 0;
  for (std::int64_t i = 0; i < values.size(); ++i) sum += values.number(i);
  return sum / static_cast<double>(values.size());
}
