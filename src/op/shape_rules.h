// Type rules about shapes: those that an attribute or an input gives, and arithmetic on dimensions that
// cannot overflow.
#pragma once

#include <optional>

#include "op/support.h"

namespace tenon {

// The attribute `shape` of an op with a shape input, which may say it instead.
AttrSpec shape_attr();
bool has_shape_input(const TypeContext& context);
// It as dimensions; fails where it is not given or an entry is negative.
std::vector<Dim> attr_dims(const TypeContext& context);

// The elements of a tensor of any integer type.
Ints integers_of(const Tensor& tensor);

// How many entries an operand that is a vector has, where that is known.
std::optional<std::size_t> operand_length(const TypeContext& context, std::size_t input);
// A result whose shape is the operand `shape`, its value not known: at most its rank is.
Type open_shape(const TypeContext& context, DType dtype);

// The product of dimensions, split into the constant part and the rest.
struct DimProduct {
  std::int64_t constant = 1;
  std::vector<Dim> symbols;
  bool unknown = false;

  void multiply(const TypeContext& context, Dim dim);
};

// Fails where `from` is known not to broadcast to `to`.
void require_broadcastable(const TypeContext& context, const Type& from, const Type& to);

// What products are summed in: integers wrap, so their signs do not matter.
template <class T>
using Sum = std::conditional_t<kIsFloat<T>, double, std::uint64_t>;

// Both must be 0 or more, or fail; an overflow fails too.
std::int64_t checked_add(const TypeContext& context, std::int64_t a, std::int64_t b);
std::int64_t checked_multiply(const TypeContext& context, std::int64_t a, std::int64_t b);

}  // namespace tenon
