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

std::optional<std::size_t> operand_length(const TypeContext& context, std::size_t input) {
  constexpr std::int64_t kMostEntries = 64;
  const Type& type = context.inputs[input];
  if (!type.concrete()) return std::nullopt;
  const std::int64_t length = type.dims[0].constant();
  context.require(length <= kMostEntries, "an operand of ", length, " entries is more than the ",
                  kMostEntries, " axes a tensor may have");
  return static_cast<std::size_t>(length);
}

Type open_shape(const TypeContext& context, DType dtype) {
  const auto rank = operand_length(context, context.inputs.size() - 1);
  return rank ? Type{dtype, std::vector<Dim>(*rank, Dim::unknown())} : Type::unranked(dtype);
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
