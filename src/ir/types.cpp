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

Type common(const Type& a, const Type& b) {
  if (!a.ranked || !b.ranked || a.rank() != b.rank()) return Type::unranked(a.dtype);
  Type type = a;
  for (std::size_t i = 0; i < type.dims.size(); ++i)
    if (a.dims[i] != b.dims[i]) type.dims[i] = Dim::unknown();
  return type;
}

}  // namespace tenon
