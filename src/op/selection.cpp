#include "op/selection.h"

#include "op/writing.h"
#include "tenon/ops/selection.h"

namespace tenon {

Value nonzero(Value x) { return write(Op::nonzero, {x}); }

namespace {
std::vector<Type> nonzero_type(const TypeContext& context) {
  const Type& x = context.inputs[0];
  const Dim rows = x.ranked ? Dim(std::max<std::int64_t>(x.rank(), 1)) : Dim::unknown();
  return {{DType::i64, {rows, Dim::unknown()}}};
}

// Offsets, in row-major order.
Ints places_of_nonzero(const Tensor& x) {
  Ints places;
  with_type(x.dtype(), [&]<class T>() {
    const std::span<const T> elements = x.as<T>();
    for (std::size_t i = 0; i < elements.size(); ++i)
      if (convert<Wide<T>>(elements[i]) != 0) places.push_back(static_cast<std::int64_t>(i));
  });
  return places;
}

std::vector<Tensor> nonzero_kernel(const KernelContext& context) {
  const Tensor& x = context.inputs[0];
  const Shape shape = x.rank() == 0 ? Shape{1} : x.shape();
  const Shape strides = row_major_strides(shape);
  const Ints places = places_of_nonzero(x);
  const Tensor result = Tensor::empty(
      DType::i64, {static_cast<std::int64_t>(shape.size()), static_cast<std::int64_t>(places.size())});
  std::int64_t* to = result.as<std::int64_t>().data();
  for (std::size_t axis = 0; axis < shape.size(); ++axis)
    for (const std::int64_t place : places) *to++ = place / strides[axis] % shape[axis];
  return {result};
}
}  // namespace

OpDef selection_row(std::string documentation, int inputs) {
  OpDef def;
  def.family = "selection";
  def.documentation = std::move(documentation);
  def.min_inputs = def.max_inputs = inputs;
  def.dynamic = true;
  def.no_gradient = "how many there are does not depend smoothly on anything; gather what they name";
  return def;
}

void define_selection(OpTable& table) {
  OpDef def = selection_row(
      "The places of the elements that are not zero, in row-major order, a column each; a scalar counts as a "
      "vector.",
      1);
  def.infer = nonzero_type;
  def.kernel = nonzero_kernel;
  table.define(Op::nonzero, def);

  define_unique(table);
  define_non_max_suppression(table);
}

}  // namespace tenon
