#include <numbers>

#include "onnx/rules.h"

// Element-wise ops.
namespace tenon::onnx {

namespace {
template <Value (*write)(Value)>
std::vector<Item> unary(const Call& call) {
  return {write(call.input(0))};
}

// Before opset 7 the second operand was not aligned at the right by itself: `axis` said where its first
// dimension stands.
Value aligned(const Call& call, Value b, Value a) {
  if (call.opset() >= 7 || !call.has_attribute("axis") || !call.flag("broadcast")) return b;
  const std::int64_t axis = call.integer("axis");
  const std::int64_t rank = a.rank();
  const std::int64_t trailing = rank - (axis < 0 ? axis + rank : axis) - b.rank();
  call.require(trailing >= 0, "its axis ", axis, " leaves no room for an operand of ", b.rank(), " axes");
  Ints shape(static_cast<std::size_t>(b.rank()), 0);
  shape.insert(shape.end(), static_cast<std::size_t>(trailing), 1);
  return reshape(b, shape);
}

template <Value (*write)(Operand, Operand)>
std::vector<Item> binary(const Call& call) {
  const Value a = call.input(0);
  return {write(a, aligned(call, call.input(1), a))};
}

template <Value (*write)(Value, Value)>
std::vector<Item> logical(const Call& call) {
  const Value a = call.input(0);
  return {write(a, aligned(call, call.input(1), a))};
}

template <Value (*write)(Operand, Operand)>
std::vector<Item> variadic(const Call& call) {
  Value result = call.input(0);
  for (std::size_t i = 1; i < call.input_count(); ++i) result = write(result, call.input(i));
  return {result};
}

std::vector<Item> mean(const Call& call) {
  const Value sum = variadic<add>(call)[0].value;
  return {div(sum, static_cast<double>(call.input_count()))};
}

// Where both are computed in another type than the first's, the exponent decides nothing.
std::vector<Item> power(const Call& call) {
  const Value base = call.input(0);
  const Value exponent = aligned(call, call.input(1), base);
  if (exponent.dtype() == base.dtype()) return {pow(base, exponent)};
  if (is_float(base.dtype())) return {pow(base, cast(exponent, base.dtype()))};
  const Value whole_base = cast(base, DType::i64);
  if (!is_float(exponent.dtype())) return {cast(pow(whole_base, cast(exponent, DType::i64)), base.dtype())};
  // A power of integers is exact where the exponent is whole; the power of floats may be just below it.
  const Value wide = cast(exponent, DType::f64);
  const Value is_whole = logical_and(wide >= 0.0, equal(trunc(wide), wide));
  const Value exact = pow(whole_base, cast(wide, DType::i64));
  const Value close = cast(pow(cast(base, DType::f64), wide), DType::i64);
  return {cast(select(is_whole, exact, close), base.dtype())};
}

std::vector<Item> modulo(const Call& call) {
  const Value a = call.input(0), b = call.input(1);
  return {call.flag("fmod") ? rem(a, b) : mod(a, b)};
}

std::vector<Item> bit_shift(const Call& call) {
  const std::string direction = call.text("direction", "");
  call.require(direction == "LEFT" || direction == "RIGHT", "its direction is LEFT or RIGHT, not '",
               direction, "'");
  const Value a = call.input(0), b = call.input(1);
  return {direction == "LEFT" ? shift_left(a, b) : shift_right(a, b)};
}

// From here on asinh and acosh are log(2 x) to the last digit, and a square below does not overflow.
double large_for(DType type) {
  if (type == DType::f16) return 64;
  return type == DType::f64 ? 1e9 : 1e4;
}

Value where_large(Value x, Value otherwise) {
  return select(x > large_for(x.dtype()), log(x) + std::numbers::ln2, otherwise);
}

// asinh(x) = sign(x) log1p(|x| + x² / (1 + sqrt(x² + 1))): no digits are lost near 0.
std::vector<Item> inverse_sinh(const Call& call) {
  const Value x = call.input(0);
  const Value size = abs(x);
  const Value square = size * size;
  return {sign(x) * where_large(size, log1p(size + square / (sqrt(square + 1.0) + 1.0)))};
}

std::vector<Item> inverse_cosh(const Call& call) {
  const Value x = call.input(0);
  const Value below = x - 1.0;
  return {where_large(x, log1p(below + sqrt(below * (below + 2.0))))};
}

std::vector<Item> inverse_tanh(const Call& call) {
  const Value x = call.input(0);
  return {(log1p(x) - log1p(neg(x))) * 0.5};
}

std::vector<Item> is_infinite(const Call& call) {
  const Value x = call.input(0);
  const Value zero = scalar_like(0, x);
  Value found = is_inf(x);
  if (!call.flag("detect_negative", true)) found = logical_and(found, x > zero);
  if (!call.flag("detect_positive", true)) found = logical_and(found, x < zero);
  return {found};
}

std::vector<Item> identity(const Call& call) { return {call.item(0)}; }

std::vector<Item> cast_to(const Call& call) {
  const Value x = call.input(0);
  return {cast(x, call.dtype("to", x.dtype()))};
}

std::vector<Item> cast_like(const Call& call) { return {cast(call.input(0), call.input(1).dtype())}; }

std::vector<Item> where(const Call& call) { return {select(call.input(0), call.input(1), call.input(2))}; }

// Activations.

// A bound may be missing, a number that is known, or a value.
std::vector<Item> clip(const Call& call) {
  Value x = call.input(0);
  const bool bounds_are_attributes = call.opset() < 11;
  const auto bound = [&](std::string_view name, std::size_t input) {
    if (!bounds_are_attributes) return call.known_number(input);
    return call.has_attribute(name) ? std::optional(call.number(name)) : std::nullopt;
  };
  const auto least = bound("min", 1), most = bound("max", 2);
  const bool are_known = bounds_are_attributes || ((least || !call.has(1)) && (most || !call.has(2)));
  if (are_known && is_float(x.dtype())) return {least || most ? clamp(x, least, most) : x};
  if (call.has(1)) x = maximum(x, call.input(1));
  if (call.has(2)) x = minimum(x, call.input(2));
  return {x};
}

std::vector<Item> leaky(const Call& call) { return {leaky_relu(call.input(0), call.number("alpha", 0.01))}; }
std::vector<Item> exponential_linear(const Call& call) {
  return {elu(call.input(0), call.number("alpha", 1.0))};
}

// max(x, 0) + min(0, alpha (exp(x / alpha) - 1))
std::vector<Item> celu(const Call& call) {
  const double alpha = call.number("alpha", 1.0);
  const Value x = call.input(0);
  return {relu(x) + minimum(expm1(x / alpha) * alpha, 0.0)};
}

std::vector<Item> selu(const Call& call) {
  const double alpha = call.number("alpha", 1.6732632423543772);
  return {elu(call.input(0), alpha) * call.number("gamma", 1.0507009873554805)};
}

std::vector<Item> hard(const Call& call) {
  return {hard_sigmoid(call.input(0), call.number("alpha", 0.2), call.number("beta", 0.5))};
}

std::vector<Item> thresholded_relu(const Call& call) {
  const Value x = call.input(0);
  return {select(x > call.number("alpha", 1.0), x, 0.0)};
}

// Of integers too, by way of a float.
std::vector<Item> shrink(const Call& call) {
  const DType type = call.input(0).dtype();
  const Value x = is_float(type) ? call.input(0) : cast(call.input(0), DType::f64);
  const double bias = call.number("bias", 0.0), edge = call.number("lambd", 0.5);
  const Value y = select(x < -edge, x + bias, select(x > edge, x - bias, 0.0));
  return {is_float(type) ? y : cast(y, type)};
}

std::vector<Item> softsign(const Call& call) {
  const Value x = call.input(0);
  return {x / (abs(x) + 1.0)};
}

std::vector<Item> mish(const Call& call) {
  const Value x = call.input(0);
  return {x * tanh(softplus(x))};
}

std::vector<Item> swish(const Call& call) {
  const Value x = call.input(0);
  const double alpha = call.number("alpha", 1.0);
  return {alpha == 1.0 ? silu(x) : x * sigmoid(x * alpha)};
}

std::vector<Item> swish_gated(const Call& call) { return {swish(call)[0].value * call.input(1)}; }

std::vector<Item> gaussian_linear(const Call& call) {
  return {gelu(call.input(0), call.text("approximate", "none") == "tanh")};
}
std::vector<Item> fast_gelu(const Call& call) {
  const Value x = call.input(0);
  return {gelu(call.has(1) ? x + call.input(1) : x, true)};
}
std::vector<Item> bias_gelu(const Call& call) { return {gelu(call.input(0) + call.input(1))}; }

// Before opset 7 the slope was one a channel, or one for all.
std::vector<Item> parametric_relu(const Call& call) {
  const Value x = call.input(0);
  Value slope = call.input(1);
  const bool is_by_channel = slope.rank() == 1 && x.rank() > 2 && call.opset() < 7;
  if (is_by_channel)
    slope = reshape(slope, [&] {
      Ints shape(static_cast<std::size_t>(x.rank() - 1), 1);
      shape[0] = -1;
      return shape;
    }());
  return {select(x < 0.0, slope * x, x)};
}

}  // namespace

void add_elementwise_rules(Rules& rules) {
  rules.add("Abs", unary<abs>);
  rules.add("Acos", unary<acos>);
  rules.add("Acosh", inverse_cosh);
  rules.add("Add", binary<add>);
  rules.add("And", logical<logical_and>);
  rules.add("Asin", unary<asin>);
  rules.add("Asinh", inverse_sinh);
  rules.add("Atan", unary<atan>);
  rules.add("Atanh", inverse_tanh);
  rules.add("BitShift", bit_shift);
  rules.add("BitwiseAnd", binary<bitwise_and>);
  rules.add("BitwiseNot", unary<bitwise_not>);
  rules.add("BitwiseOr", binary<bitwise_or>);
  rules.add("BitwiseXor", binary<bitwise_xor>);
  rules.add("Cast", cast_to);
  rules.add("CastLike", cast_like);
  rules.add("Ceil", unary<ceil>);
  rules.add("Celu", celu);
  rules.add("Clip", clip);
  rules.add("Cos", unary<cos>);
  rules.add("Cosh", unary<cosh>);
  rules.add("Div", binary<div>);
  rules.add("Elu", exponential_linear);
  rules.add("Equal", binary<equal>);
  rules.add("Erf", unary<erf>);
  rules.add("Exp", unary<exp>);
  rules.add("Floor", unary<floor>);
  rules.add("Gelu", gaussian_linear);
  rules.add("Greater", binary<greater>);
  rules.add("GreaterOrEqual", binary<greater_equal>);
  rules.add("HardSigmoid", hard);
  rules.add("HardSwish", unary<hard_swish>);
  rules.add("Identity", identity);
  rules.add("IsInf", is_infinite);
  rules.add("IsNaN", unary<is_nan>);
  rules.add("LeakyRelu", leaky);
  rules.add("Less", binary<less>);
  rules.add("LessOrEqual", binary<less_equal>);
  rules.add("Log", unary<log>);
  rules.add("Max", variadic<maximum>);
  rules.add("Mean", mean);
  rules.add("Min", variadic<minimum>);
  rules.add("Mish", mish);
  rules.add("Mod", modulo);
  rules.add("Mul", binary<mul>);
  rules.add("Neg", unary<neg>);
  rules.add("Not", unary<logical_not>);
  rules.add("Or", logical<logical_or>);
  rules.add("PRelu", parametric_relu);
  rules.add("Pow", power);
  rules.add("Reciprocal", unary<reciprocal>);
  rules.add("Relu", unary<relu>);
  rules.add("Round", unary<round>);
  rules.add("Selu", selu);
  rules.add("Shrink", shrink);
  rules.add("Sigmoid", unary<sigmoid>);
  rules.add("Sign", unary<sign>);
  rules.add("Sin", unary<sin>);
  rules.add("Sinh", unary<sinh>);
  rules.add("Softplus", unary<softplus>);
  rules.add("Softsign", softsign);
  rules.add("Sqrt", unary<sqrt>);
  rules.add("Sub", binary<sub>);
  rules.add("Sum", variadic<add>);
  rules.add("SwiGLU", swish_gated);
  rules.add("Swish", swish);
  rules.add("Tan", unary<tan>);
  rules.add("Tanh", unary<tanh>);
  rules.add("ThresholdedRelu", thresholded_relu);
  rules.add("Where", where);
  rules.add("Xor", logical<logical_xor>);
  rules.add("com.microsoft", "BiasGelu", bias_gelu);
  rules.add("com.microsoft", "FastGelu", fast_gelu);
  rules.add("com.microsoft", "Gelu", gaussian_linear);
}

}  // namespace tenon::onnx
