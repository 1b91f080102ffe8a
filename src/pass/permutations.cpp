#include "pass/permutations.h"

#include <algorithm>

#include "tenon/ops.h"

namespace tenon {

Ints permutation_of(const Node& transpose) {
  Ints perm = transpose.attrs.ints("perm");
  if (!perm.empty()) return perm;
  for (std::int64_t axis = transpose.results[0].rank(); axis-- > 0;) perm.push_back(axis);
  return perm;
}

bool is_identity(const Ints& perm) { return std::ranges::is_sorted(perm); }

Ints inverse_of(const Ints& perm) {
  Ints inverse(perm.size());
  for (std::size_t i = 0; i < perm.size(); ++i)
    inverse[static_cast<std::size_t>(perm[i])] = static_cast<std::int64_t>(i);
  return inverse;
}

Ints combined(const Ints& first, const Ints& second) {
  Ints both;
  for (const std::int64_t axis : second) both.push_back(first[static_cast<std::size_t>(axis)]);
  return both;
}

bool moves_nothing(const Type& from, const Ints& perm) {
  Ints long_axes;
  std::ranges::copy_if(perm, std::back_inserter(long_axes),
                       [&](std::int64_t axis) { return !from.dims[static_cast<std::size_t>(axis)].is(1); });
  return std::ranges::is_sorted(long_axes);
}

Shape transposed_shape(const Shape& from, const Ints& perm) {
  Shape shape;
  for (const std::int64_t axis : perm) shape.push_back(from[static_cast<std::size_t>(axis)]);
  return shape;
}

Value transposed(Value x, const Ints& perm) {
  if (is_identity(perm)) return x;
  if (!moves_nothing(x.type(), perm)) return transpose(x, perm);
  const Shape shape = transposed_shape(x.type().shape(), perm);
  return x.graph().emit1(Op::reshape, {x}, {{"shape", shape}, {"zero_copies", false}});
}

}  // namespace tenon
