// Kernels of the indexing ops, which all see a tensor as [outer, places, inner]: whole slices of `inner`
// elements are taken from, or put at, places that integers name.
#pragma once

#include <string>

#include "op/support.h"

namespace tenon {

// How an update is combined with what it meets.
enum class Combine { none, add, mul, max, min };
std::optional<Combine> parse_combine(std::string_view name);

struct SliceView {
  std::int64_t outer = 1;
  std::int64_t places = 1;
  std::int64_t inner = 1;
};
SliceView view_along(const Shape& shape, std::int64_t axis);

// The place in [0, size) that an index names: a negative one counts from the end. Fails where it is beyond.
std::int64_t checked_place(const Node& node, std::int64_t index, std::int64_t size);

// `places` holds the places of one outer slice, or those of each in turn.
Tensor take_slices(const Tensor& x, SliceView view, const Ints& places, Shape shape);
// Duplicates are combined in order, in wide arithmetic, and rounded once; without a reduction the last wins.
Tensor put_slices(const Tensor& x, SliceView view, const Ints& places, const Tensor& updates, Combine how);

}  // namespace tenon
