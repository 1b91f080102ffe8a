// A contraction and what it takes along, as primitives of the library.
#pragma once

#include "backend/cpu/onednn/arranged.h"
#include "backend/cpu/onednn/post_ops.h"

namespace tenon::cpu {

// In terms of the graph that they stand in.
struct Parts {
  const Graph& graph;
  Ref root;
  std::vector<EpiloguePart> epilogue;
};

std::optional<onednn::Arranged> make_matmul(const Parts& parts, int threads);
std::optional<onednn::Arranged> make_convolution(const Parts& parts, int threads);

}  // namespace tenon::cpu
