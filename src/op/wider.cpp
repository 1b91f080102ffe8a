#include "op/wider.h"

#include "tenon/ops/elementwise.h"

namespace tenon {

namespace {
bool is_byte(DType dtype) { return dtype == DType::u8 || dtype == DType::i8; }

bool are_summed_into(DType result, DType a, DType b) {
  if (result == DType::i32 && is_byte(a) && is_byte(b)) return true;
  const bool is_half = a == DType::bf16 || a == DType::f16;
  return a == b && ((result == DType::f32 && is_half) || (result == a && a != DType::boolean));
}

Value converted(Value value, DType dtype) { return value.dtype() == dtype ? value : cast(value, dtype); }
}  // namespace

AttrSpec result_attr() { return {"result", AttrKind::dtype, {}, true}; }

Attrs with_result(Attrs attrs, std::optional<DType> result) {
  if (result) attrs.set("result", *result);
  return attrs;
}

std::optional<DType> result_of(const Attrs& attrs) {
  const AttrValue* const result = attrs.find("result");
  return result ? std::optional(std::get<DType>(*result)) : std::nullopt;
}

std::optional<DType> wider_result(const TypeContext& context) {
  const std::optional<DType> result = result_of(context.attrs);
  if (!result) return std::nullopt;
  const DType a = context.inputs[0].dtype;
  const DType b = context.inputs[1].dtype;
  context.require(are_summed_into(*result, a, b), "products of ", a, " and ", b, " are not summed into ",
                  *result,
                  "; bf16 or f16 are into f32, u8 and i8 in any mixture into i32, and two of one type into "
                  "their own");
  return result;
}

Value widened(const GradContext& g, std::size_t input) {
  return converted(g.inputs[input], g.node.results[0].dtype);
}

Value narrowed(const GradContext& g, std::size_t input, Value grad) {
  return converted(grad, g.inputs[input].dtype());
}

}  // namespace tenon
