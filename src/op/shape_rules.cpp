#include "op/shape_rules.h"

namespace tenon {

AttrSpec shape_attr() { return {"shape", AttrKind::ints, {}, true}; }

Ints integers_of(const Tensor& tensor) {
  Ints values;
  values.reserve(static_cast<std::size_t>(tensor.size()));
  with_type(tensor.dtype(), [&]<class T>() {
    for (const T element : tensor.as<T>()) values.push_back(convert<std::int64_t>(element));
  });
  return values;
}

bool has_shape_input(const TypeContext& context) {
  return static_cast<int>(context.inputs.size()) > context.def.shape_input;
}

std::optional<Ints> given_shape(const TypeContext& context) {
  const AttrValue* attr = context.attrs.find("shape");
  context.require(!(attr && has_shape_input(context)),
                  "the shape is given twice: by the attribute 'shape' and by an input");
  if (attr) return std::get<Ints>(*attr);
  context.require(has_shape_input(context), "no shape is given: neither the attribute 'shape' nor an input");
  const auto index = static_cast<std::size_t>(context.def.shape_input);
  const Type& type = context.inputs[index];
  context.require(type.dtype == DType::i64 && (!type.ranked || type.rank() == 1),
                  "the shape must be a vector of i64");
  if (!context.values[index].defined()) return std::nullopt;
  return integers_of(context.values[index]);
}

std::vector<Dim> attr_dims(const TypeContext& context) {
  const AttrValue* attr = context.attrs.find("shape");
  context.require(attr, "no shape is given: neither the attribute 'shape' nor an input");
  std::vector<Dim> dims;
  for (const std::int64_t dim : std::get<Ints>(*attr)) {
    context.require(dim >= 0, "dimension ", dim, " in shape ", std::get<Ints>(*attr), " is negative");
    dims.emplace_back(dim);
  }
  return dims;
}

Type unknown_shape(const TypeContext& context, DType dtype) {
  constexpr std::int64_t kMaxRank = 64;
  const Type& shape = context.inputs[static_cast<std::size_t>(context.def.shape_input)];
  if (!shape.concrete()) return Type::unranked(dtype);
  const std::int64_t rank = shape.dims[0].constant();
  context.require(rank <= kMaxRank, "a tensor of rank ", rank, " is more than the ", kMaxRank, " allowed");
  return {dtype, std::vector<Dim>(static_cast<std::size_t>(rank), Dim::unknown())};
}

void DimProduct::multiply(const TypeContext& context, Dim dim) {
  if (dim.is_constant())
    constant = checked_multiply(context, constant, dim.constant());
  else if (dim.is_symbol())
    symbols.push_back(dim);
  else
    unknown = true;
}

void require_broadcastable(const TypeContext& context, const Type& from, const Type& to) {
  if (!from.ranked || !to.ranked) return;
  bool fits = from.rank() <= to.rank();
  for (std::size_t i = 1; fits && i <= from.dims.size(); ++i) {
    const Dim a = from.dims[from.dims.size() - i];
    const Dim b = to.dims[to.dims.size() - i];
    fits = !a.is_constant() || !b.is_constant() || a == b || a.is(1);
  }
  context.require(fits, "shape ", from.dims, " does not broadcast to ", to.dims);
}

std::int64_t checked_add(const TypeContext& context, std::int64_t a, std::int64_t b) {
  std::int64_t sum = 0;
  context.require(!__builtin_add_overflow(a, b, &sum) && sum >= 0, "a dimension of ", a, " + ", b,
                  " is out of range");
  return sum;
}

std::int64_t checked_multiply(const TypeContext& context, std::int64_t a, std::int64_t b) {
  std::int64_t product = 0;
  context.require(!__builtin_mul_overflow(a, b, &product), "a size of ", a, " times ", b, " is too large");
  return product;
}

}  // namespace tenon
