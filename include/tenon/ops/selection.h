// Ops whose results are as long as their elements say. A program that has them is planned in stages, each
// when its shapes are known.
#pragma once

#include <optional>

#include "tenon/graph.h"

namespace tenon {

// The places of the elements of x that are not zero, in row-major order: i64[rank, n]. A scalar counts as a
// vector.
Value nonzero(Value x);

struct UniqueOptions {
  std::optional<std::int64_t> axis = {};  // of the slices that are compared; none: all elements, flattened
  bool sorted = true;                     // NaN last; otherwise in the order in which they first appear
};
// Every value once. `first` holds the place where each first appears, `inverse` which of them stands at each
// place, `counts` how often each appears; all i64. NaN equals NaN.
struct Unique {
  Value values;
  Value first;
  Value inverse;
  Value counts;
};
Unique unique(Value x, UniqueOptions options = {});

// The boxes that are kept, i64[n, 3] of (batch, class, box): of each class the best scores first, at most
// `most` of them, none whose score is not above `least_score` or that overlaps a kept one by more than
// `overlap` of their union. Boxes are float[batch, box, 4], scores float[batch, class, box]; `most` is one
// i64, the other two are one float each. A box is two opposite corners (y, x, y, x), or where `centred` (x,
// y, width, height).
struct Suppression {
  Value most;
  Value overlap;
  Value least_score;
};
Value non_max_suppression(Value boxes, Value scores, const Suppression& limits, bool centred = false);

}  // namespace tenon
