#include "op/support.h"

#include <algorithm>

namespace tenon {

namespace {
Dim broadcast_dim(const TypeContext& context, Dim a, Dim b) {
  if (a == b || b.is(1)) return a;
  if (a.is(1)) return b;
  if (a.is_constant() && b.is_constant())
    context.fail("the shapes do not broadcast: dimension ", a, " meets ", b);
  if (a.is_constant()) return a;
  if (b.is_constant()) return b;
  return Dim::unknown();
}
}  // namespace

std::vector<Dim> broadcast_dims(const TypeContext& context, const std::vector<Dim>& a,
                                const std::vector<Dim>& b) {
  const auto& longer = a.size() >= b.size() ? a : b;
  const auto& shorter = a.size() >= b.size() ? b : a;
  std::vector<Dim> dims = longer;
  const std::size_t lead = longer.size() - shorter.size();
  for (std::size_t i = 0; i < shorter.size(); ++i)
    dims[lead + i] = broadcast_dim(context, longer[lead + i], shorter[i]);
  return dims;
}

Type broadcast_type(const TypeContext& context, DType dtype) {
  Type result{dtype, {}};
  for (const Type& input : context.inputs) {
    if (!input.ranked) return Type::unranked(dtype);
    result.dims = broadcast_dims(context, result.dims, input.dims);
  }
  return result;
}

void require_same_dtype(const TypeContext& context, std::size_t first) {
  for (std::size_t i = first; i < context.inputs.size(); ++i)
    context.require(context.inputs[i].dtype == context.inputs[first].dtype,
                    "the inputs must have one element type; there is no implicit promotion, use cast");
}

void require_float(const TypeContext& context, std::size_t input) {
  context.require(is_float(context.inputs[input].dtype), "input ", input, " must be of a float type");
}

std::int64_t checked_axis(const TypeContext& context, std::int64_t axis, std::int64_t rank) {
  context.require(axis >= -rank && axis < rank, "axis ", axis, " is out of range for rank ", rank);
  return axis < 0 ? axis + rank : axis;
}

Ints checked_axes(const TypeContext& context, const Ints& axes, std::int64_t rank) {
  Ints checked;
  for (const std::int64_t axis : axes) checked.push_back(checked_axis(context, axis, rank));
  if (axes.empty())
    for (std::int64_t axis = 0; axis < rank; ++axis) checked.push_back(axis);
  std::sort(checked.begin(), checked.end());
  context.require(std::adjacent_find(checked.begin(), checked.end()) == checked.end(), "axes ", axes,
                  " name an axis twice");
  return checked;
}

Shape broadcast_strides(const Shape& shape, const Shape& to) {
  const Shape dense = row_major_strides(shape);
  Shape strides(to.size(), 0);
  const std::size_t lead = to.size() - shape.size();
  for (std::size_t i = 0; i < shape.size(); ++i)
    if (shape[i] == to[lead + i]) strides[lead + i] = dense[i];
  return strides;
}

}  // namespace tenon
