// Movement: elements change their places and nothing else.
#pragma once

#include "tenon/graph.h"

namespace tenon {

Value reshape(Value x, Ints shape);  // 0 copies x's dimension of that place, one -1 is inferred
Value reshape(Value x, Value shape, bool zero_copies = false);  // i64[rank], as above
Value transpose(Value x, Ints perm = {});  // result axis i is x's axis perm[i]; none reverses all axes
Value broadcast_to(Value x, Ints shape);   // aligned at the right; -1 keeps x's dimension
Value broadcast_to(Value x, Value shape);  // i64[rank]

// A part of an axis, as in Python: start and end count from the end where negative and are clamped, and a
// negative step walks backwards.
struct SliceSpec {
  static constexpr std::int64_t kEnd = INT64_MAX;
  static constexpr std::int64_t kBeforeStart = INT64_MIN;  // the end of a walk backwards over everything

  std::int64_t axis = 0;
  std::int64_t start = 0;
  std::int64_t end = kEnd;
  std::int64_t step = 1;
};
Value slice(Value x, const std::vector<SliceSpec>& parts);
// One entry of each vector, i64, for each of the axes: the first ones where none is named. Steps are 1 where
// they are not given.
Value slice(Value x, Value starts, Value ends, Ints axes = {}, Value steps = {});

struct PadOptions {  // one entry an axis; a negative one crops
  Ints low;
  Ints high;
  std::string mode = "constant";  // or edge, reflect (without the edge), wrap
  double value = 0;               // of the constant
};
Value pad(Value x, const PadOptions& options);
Value pad(Value x, Value low, Value high, std::string mode = "constant", double value = 0);  // i64[rank]

Value concat(const std::vector<Value>& parts, std::int64_t axis);
Value reverse(Value x, Ints axes = {});  // all where empty

}  // namespace tenon
