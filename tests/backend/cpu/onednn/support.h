// Runs a primitive on host tensors in any layout, and judges results against sums made in double.
#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <functional>
#include <memory>
#include <random>
#include <vector>

#include "backend/cpu/onednn/primitives.h"

namespace tenon::onednn {

using Numbers = std::vector<double>;  // row-major, whatever the operand's layout

inline Operand plain(DType dtype, Shape dims) {
  const std::size_t rank = dims.size();
  return {dtype, std::move(dims), row_major(rank)};
}

// Values in [-1, 1] that `dtype` holds exactly.
inline Numbers random_numbers(const Shape& dims, DType dtype, unsigned seed) {
  std::mt19937 generator(seed);
  std::uniform_real_distribution<float> distribution(-1, 1);
  Numbers numbers(static_cast<std::size_t>(element_count(dims)));
  for (double& x : numbers) {
    x = distribution(generator);
    if (dtype == DType::bf16) x = static_cast<float>(BFloat16(x));
  }
  return numbers;
}

class Buffer {
 public:
  explicit Buffer(std::size_t bytes) : data_(std::aligned_alloc(64, (bytes + 127) / 64 * 64), &std::free) {}
  void* data() const { return data_.get(); }

 private:
  std::unique_ptr<void, void (*)(void*)> data_;
};

// Where the element at row-major `position` lies in `operand`, counted in elements.
inline std::size_t offset_of(const Operand& operand, std::size_t position) {
  const Blocking form = *blocking(operand.layout);
  Shape index(operand.dims.size()), extent = operand.dims;
  for (std::size_t axis = index.size(); axis-- > 0;) {
    index[axis] = static_cast<std::int64_t>(position) % operand.dims[axis];
    position /= static_cast<std::size_t>(operand.dims[axis]);
  }
  std::int64_t offset = 0, stride = 1;
  for (auto block = form.inner.rbegin(); block != form.inner.rend(); ++block) {
    offset += index[block->axis] % block->size * stride;
    stride *= block->size;
    index[block->axis] /= block->size;
    extent[block->axis] = (extent[block->axis] + block->size - 1) / block->size;
  }
  for (auto axis = form.order.rbegin(); axis != form.order.rend(); ++axis) {
    offset += index[*axis] * stride;
    stride *= extent[*axis];
  }
  return static_cast<std::size_t>(offset);
}

inline Buffer store(const Operand& operand, const Numbers& numbers) {
  const std::size_t bytes = *bytes_of(operand);
  Buffer buffer(bytes);
  std::fill_n(static_cast<char*>(buffer.data()), bytes, '\0');
  const auto count = static_cast<std::int64_t>(bytes / size_of(operand.dtype));
  const Tensor memory = Tensor::wrap(operand.dtype, {count}, buffer.data(), nullptr);
  for (std::size_t i = 0; i < numbers.size(); ++i)
    memory.set_number(static_cast<std::int64_t>(offset_of(operand, i)), numbers[i]);
  return buffer;
}

inline Numbers load(const Operand& operand, const Buffer& buffer) {
  const auto count = static_cast<std::int64_t>(*bytes_of(operand) / size_of(operand.dtype));
  const Tensor memory = Tensor::wrap(operand.dtype, {count}, buffer.data(), nullptr);
  Numbers numbers(static_cast<std::size_t>(element_count(operand.dims)));
  for (std::size_t i = 0; i < numbers.size(); ++i)
    numbers[i] = memory.number(static_cast<std::int64_t>(offset_of(operand, i)));
  return numbers;
}

// Runs with a value for every operand (results too: what their memory holds before); gives all of them after.
inline std::vector<Numbers> run(Primitive& primitive, const std::vector<Numbers>& values) {
  const auto operands = primitive.operands();
  EXPECT_EQ(operands.size(), values.size());
  std::vector<Buffer> buffers;
  std::vector<void*> args;
  for (std::size_t i = 0; i < operands.size(); ++i) {
    buffers.push_back(store(operands[i], values[i]));
    args.push_back(buffers.back().data());
  }
  const Buffer scratch(primitive.scratch_bytes());
  primitive.run(args, scratch.data());
  std::vector<Numbers> after;
  for (std::size_t i = 0; i < operands.size(); ++i) after.push_back(load(operands[i], buffers[i]));
  return after;
}

// |actual - expected| within `tolerance` times the magnitude that rounding can act on.
inline void expect_close(const Numbers& actual, const Numbers& expected, double magnitude, double tolerance) {
  ASSERT_EQ(actual.size(), expected.size());
  double worst = 0;
  for (std::size_t i = 0; i < actual.size(); ++i)
    worst = std::max(worst, std::isnan(actual[i]) ? INFINITY : std::abs(actual[i] - expected[i]));
  EXPECT_LE(worst, magnitude * tolerance);
}

inline double unit_roundoff(DType dtype) { return dtype == DType::bf16 ? 0x1p-8 : 0x1p-24; }

inline constexpr int kThreads = 2;

class OneDnn : public testing::Test {
 private:
  ThreadCount team_{kThreads};
};

}  // namespace tenon::onednn
