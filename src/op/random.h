// The bits of random ops, for kernels: see include/tenon/ops/random.h for how they are counted.
#pragma once

#include "tenon/tensor.h"

namespace tenon {

struct RandomStream {
  std::uint64_t seed;
  std::uint64_t step;
  std::uint32_t stream;

  RandomStream(const Tensor& key, std::int64_t stream);
  std::uint32_t word(std::int64_t index) const;  // the index-th of the stream
};

// Words below it have probability p.
std::uint64_t bernoulli_threshold(double p);

}  // namespace tenon
