#include "ir/types.h"

#include <algorithm>

namespace tenon {

namespace {
bool compatible_dims(Dim a, Dim b) { return !a.is_constant() || !b.is_constant() || a == b; }
}  // namespace

bool compatible(const Type& a, const Type& b) {
  if (a.dtype != b.dtype) return false;
  if (!a.ranked || !b.ranked) return true;
  return std::equal(a.dims.begin(), a.dims.end(), b.dims.begin(), b.dims.end(), compatible_dims);
}

}  // namespace tenon
