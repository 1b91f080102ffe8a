// What the reductions share.
#pragma once

#include <algorithm>

#include "op/support.h"

namespace tenon {

// The dimensions with those of `axes` set to 1, or taken out.
template <class D>
std::vector<D> reduced_dims(const std::vector<D>& dims, const Ints& axes, bool keep) {
  std::vector<D> reduced;
  for (std::size_t i = 0; i < dims.size(); ++i) {
    const bool gone = std::binary_search(axes.begin(), axes.end(), static_cast<std::int64_t>(i));
    if (!gone) reduced.push_back(dims[i]);
    if (gone && keep) reduced.push_back(1);
  }
  return reduced;
}

// The type after the reduction over `axes`, or all where none is named, as the attribute `keep` says.
Type reduced_type(const TypeContext& context, const Ints& axes, DType dtype);

void define_arg_extremes(OpTable& table);

}  // namespace tenon
