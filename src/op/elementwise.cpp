// The element-wise ops that fit no pattern: cast, select and stop_gradient; and numbers as operands.
#include "op/elementwise.h"

namespace tenon {

namespace {
std::vector<Value> cast_gradient(const GradContext& context) {
  const DType from = context.inputs[0].dtype();
  if (!is_float(from) || !is_float(context.results[0].dtype())) return {Value()};
  return {cast(context.grads[0], from)};
}

OpDef cast_row() {
  OpDef def;
  def.documentation =
      "x in another element type: float to integer truncates and saturates and NaN becomes 0; integers wrap; "
      "floats round to nearest even; to bool is x != 0.";
  def.attrs = {{"dtype", AttrKind::dtype}};
  def.infer = [](const TypeContext& context) -> std::vector<Type> {
    return {broadcast_type(context, context.attrs.dtype("dtype"))};
  };
  def.kernel = [](const KernelContext& context) -> std::vector<Tensor> {
    return {context.inputs[0].cast(context.results[0].dtype)};
  };
  def.gradient = cast_gradient;
  return def;
}

template <class W>
using Selection = W (*)(bool, W, W);
constexpr auto kSelections =
    everything<Selection>([]<class W>(bool condition, W a, W b) { return condition ? a : b; });

std::vector<Value> select_gradient(const GradContext& context) {
  const Value condition = context.inputs[0];
  const Value dy = context.grads[0];
  return {Value(), unbroadcast(select(condition, dy, 0.0), context.inputs[1]),
          unbroadcast(select(condition, 0.0, dy), context.inputs[2])};
}

OpDef select_row() {
  OpDef def = map_row(3, "a where the condition (bool) holds, else b.", kSelections, false);
  def.infer = [](const TypeContext& context) -> std::vector<Type> {
    context.require(context.inputs[0].dtype == DType::boolean, "the condition must be bool");
    require_same_dtype(context, 1);
    return {broadcast_type(context, context.inputs[1].dtype)};
  };
  def.gradient = select_gradient;
  return def;
}

OpDef stop_gradient_row() {
  OpDef def;
  def.documentation = "x, seen as a constant by differentiation.";
  def.infer = [](const TypeContext& context) -> std::vector<Type> { return {context.inputs[0]}; };
  def.kernel = [](const KernelContext& context) -> std::vector<Tensor> { return {context.inputs[0]}; };
  def.gradient = zero_gradient;
  return def;
}

OpDef as_elementwise(OpDef def) {
  def.family = "element-wise";
  def.elementwise = true;
  return def;
}
}  // namespace

std::vector<Value> zero_gradient(const GradContext& context) {
  return std::vector<Value>(context.inputs.size());
}

void define_elementwise(OpTable& table) {
  define_unary(table);
  define_binary(table);
  define_logic(table);
  table.define(Op::cast, as_elementwise(cast_row()));
  table.define(Op::select, select_row());
  table.define(Op::stop_gradient, as_elementwise(stop_gradient_row()));
}

Value scalar_like(double number, Value like) {
  const DType dtype = like.dtype();
  const Tensor scalar = Tensor::full(dtype, {}, number);
  require(is_float(dtype) || scalar.number() == number, "the number ", number, " is no ", dtype,
          ": there is no implicit promotion, use cast");
  return like.graph().constant(scalar);
}

Value Operand::beside(const Operand& other) const {
  require(!other.is_number_ || !is_number_, "an op needs a value: both of its operands are numbers");
  return is_number_ ? scalar_like(number_, other.value_) : value_;
}

Value cast(Value x, DType dtype) { return x.dtype() == dtype ? x : write(Op::cast, {x}, {{"dtype", dtype}}); }

Value select(Value condition, Operand a, Operand b) {
  return write(Op::select, {condition, a.beside(b), b.beside(a)});
}

Value stop_gradient(Value x) { return write(Op::stop_gradient, {x}); }

}  // namespace tenon
