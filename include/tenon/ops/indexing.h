// Indexing: elements taken or put where integers say.
#pragma once

#include "tenon/graph.h"

namespace tenon {

Value gather(Value x, Value indices, std::int64_t axis = 0);  // x's slices along `axis`, as numpy.take

struct ScatterOptions {
  std::int64_t axis = 0;
  std::string reduction = "none";  // or add, mul, max, min; with none the last of several updates wins
};
// x with `updates` put where gather would have taken them from.
Value scatter(Value x, Value indices, Value updates, ScatterOptions options = {});

Value one_hot(Value indices, std::int64_t depth, DType dtype = DType::f32);  // a new last axis
Value iota(Graph& graph, Ints shape, std::int64_t axis = 0, DType dtype = DType::i64);
Value iota(Value shape, std::int64_t axis = 0, DType dtype = DType::i64);  // counts along `axis`

}  // namespace tenon
