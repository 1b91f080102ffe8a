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

// As gather and scatter, by points: the last axis of the indices holds the places along the axes of x from
// `batch_dims` on; the axes before those go along with the indices' own.
Value gather_nd(Value x, Value indices, std::int64_t batch_dims = 0);
Value scatter_nd(Value x, Value indices, Value updates, std::string reduction = "none",
                 std::int64_t batch_dims = 0);

// Sorted: the values and the i64 places they come from.
struct Ordered {
  Value values;
  Value indices;
};
Ordered sort(Value x, std::int64_t axis = -1, bool descending = false);  // stable; NaN last

struct TopKOptions {
  std::int64_t axis = -1;
  bool largest = true;
  bool sorted = true;  // otherwise in the order of x
};
Ordered top_k(Value x, std::int64_t k, TopKOptions options = {});  // the first of equals; NaN last
Ordered top_k(Value x, Value k, TopKOptions options = {});         // one i64

struct CumsumOptions {
  bool exclusive = false;  // without the element itself
  bool reverse = false;    // from the end
};
Value cumsum(Value x, std::int64_t axis, CumsumOptions options = {});
Value cumsum(Value x, Value axis, CumsumOptions options = {});  // one i64

Value one_hot(Value indices, std::int64_t depth, DType dtype = DType::f32);  // a new last axis
Value one_hot(Value indices, Value depth, DType dtype = DType::f32);         // one i64
Value iota(Graph& graph, Ints shape, std::int64_t axis = 0, DType dtype = DType::i64);
Value iota(Value shape, std::int64_t axis = 0, DType dtype = DType::i64);  // counts along `axis`

}  // namespace tenon
