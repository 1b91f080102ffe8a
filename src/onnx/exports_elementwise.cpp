#include <algorithm>
#include <cmath>

#include "onnx/exporting.h"

namespace tenon::onnx {

namespace {
// Ops that are there under another name.
ExportRule as(std::string op) {
  return [op = std::move(op)](const Written& n) { return Names{n.add(op, n.inputs())}; };
}

ExportRule with_alpha(std::string op) {
  return [op = std::move(op)](const Written& n) {
    return Names{n.add(op, n.inputs(), {{"alpha", n.attrs().number("alpha")}})};
  };
}

Names not_equal_to(const Written& n) { return {n.add("Not", {n.add("Equal", n.inputs())})}; }

// sign(x) floor(|x|)
Names truncated(const Written& n) {
  if (!is_float(n.type().dtype)) return {n.input(0)};
  return {n.add("Mul", {n.add("Sign", n.inputs()), n.add("Floor", {n.add("Abs", n.inputs())})})};
}

Names exp_less_one(const Written& n) {
  return {n.add("Sub", {n.add("Exp", n.inputs()), n.number(1, n.type().dtype)})};
}

Names log_plus_one(const Written& n) {
  return {n.add("Log", {n.add("Add", {n.input(0), n.number(1, n.type().dtype)})})};
}

Names reciprocal_root(const Written& n) { return {n.add("Reciprocal", {n.add("Sqrt", n.inputs())})}; }

Names finite(const Written& n) {
  const std::string infinite = n.add("IsInf", n.inputs()), no_number = n.add("IsNaN", n.inputs());
  return {n.add("Not", {n.add("Or", {infinite, no_number})})};
}

// The numbers of an integer type that a float type can hold: its first and its last.
std::pair<double, double> bounds_of(DType integer, DType as) {
  const int bits = static_cast<int>(8 * size_of(integer));
  const int digits = as == DType::f64 ? 53 : as == DType::f32 ? 24 : as == DType::f16 ? 11 : 8;
  const int value_bits = is_signed_int(integer) ? bits - 1 : bits;
  const double below = std::ldexp(1.0, value_bits);
  const double last = value_bits <= digits ? below - 1 : below - std::ldexp(1.0, value_bits - digits);
  const double largest = as == DType::f16 ? 65504.0 : last;
  return {is_signed_int(integer) ? std::max(-below, as == DType::f16 ? -65504.0 : -below) : 0.0,
          std::min(last, largest)};
}

// Ours keeps what is beyond an integer type at its ends, and makes 0 of NaN; ONNX does not say.
Names converted(const Written& n) {
  const DType from = n.input_type(0).dtype, to = n.attrs().dtype("dtype");
  if (!is_float(from) || !is_int(to)) return {n.cast(n.input(0), to)};
  const auto [first, last] = bounds_of(to, from);
  const std::string number = n.add("Where", {n.add("IsNaN", n.inputs()), n.number(0, from), n.input(0)});
  return {n.cast(n.add("Clip", {number, n.number(first, from), n.number(last, from)}), to)};
}

// x - floor(x / y) y: ONNX takes the sign of the divisor for integers alone.
Names floored_rest(const Written& n) {
  if (!is_float(n.type().dtype)) return {n.add("Mod", n.inputs())};
  const std::string turns = n.add("Floor", {n.add("Div", n.inputs())});
  return {n.add("Sub", {n.input(0), n.add("Mul", {turns, n.input(1)})})};
}

Names truncated_rest(const Written& n) { return {n.add("Mod", n.inputs(), {{"fmod", std::int64_t{1}}})}; }

ExportRule shifted(std::string direction) {
  return [direction](const Written& n) {
    if (!is_unsigned_int(n.type().dtype)) n.fail("ONNX shifts unsigned integers alone");
    return Names{n.add("BitShift", n.inputs(), {{"direction", direction}})};
  };
}

Names clamped(const Written& n) {
  const auto bound = [&](std::string_view name) {
    const AttrValue* value = n.attrs().find(name);
    return value ? n.number(std::get<double>(*value), n.type().dtype) : std::string();
  };
  return {n.add("Clip", {n.input(0), bound("min"), bound("max")})};
}

Names gaussian(const Written& n) {
  return {
      n.add("Gelu", n.inputs(), {{"approximate", std::string(n.attrs().flag("tanh") ? "tanh" : "none")}})};
}

Names sigmoid_weighted(const Written& n) {
  return {n.add("Mul", {n.input(0), n.add("Sigmoid", n.inputs())})};
}

Names hard(const Written& n) {
  return {n.add("HardSigmoid", n.inputs(),
                {{"alpha", n.attrs().number("alpha")}, {"beta", n.attrs().number("beta")}})};
}
}  // namespace

void add_elementwise_exports(ExportRules& rules) {
  const std::pair<Op, const char*> same[] = {{Op::neg, "Neg"},
                                             {Op::abs, "Abs"},
                                             {Op::sign, "Sign"},
                                             {Op::floor, "Floor"},
                                             {Op::ceil, "Ceil"},
                                             {Op::round, "Round"},
                                             {Op::exp, "Exp"},
                                             {Op::log, "Log"},
                                             {Op::sqrt, "Sqrt"},
                                             {Op::reciprocal, "Reciprocal"},
                                             {Op::sin, "Sin"},
                                             {Op::cos, "Cos"},
                                             {Op::tan, "Tan"},
                                             {Op::asin, "Asin"},
                                             {Op::acos, "Acos"},
                                             {Op::atan, "Atan"},
                                             {Op::sinh, "Sinh"},
                                             {Op::cosh, "Cosh"},
                                             {Op::tanh, "Tanh"},
                                             {Op::erf, "Erf"},
                                             {Op::is_nan, "IsNaN"},
                                             {Op::is_inf, "IsInf"},
                                             {Op::add, "Add"},
                                             {Op::sub, "Sub"},
                                             {Op::mul, "Mul"},
                                             {Op::div, "Div"},
                                             {Op::pow, "Pow"},
                                             {Op::maximum, "Max"},
                                             {Op::minimum, "Min"},
                                             {Op::equal, "Equal"},
                                             {Op::less, "Less"},
                                             {Op::less_equal, "LessOrEqual"},
                                             {Op::greater, "Greater"},
                                             {Op::greater_equal, "GreaterOrEqual"},
                                             {Op::logical_not, "Not"},
                                             {Op::logical_and, "And"},
                                             {Op::logical_or, "Or"},
                                             {Op::logical_xor, "Xor"},
                                             {Op::bitwise_and, "BitwiseAnd"},
                                             {Op::bitwise_or, "BitwiseOr"},
                                             {Op::bitwise_xor, "BitwiseXor"},
                                             {Op::bitwise_not, "BitwiseNot"},
                                             {Op::select, "Where"},
                                             {Op::stop_gradient, "Identity"},
                                             {Op::relu, "Relu"},
                                             {Op::sigmoid, "Sigmoid"},
                                             {Op::softplus, "Softplus"}};
  for (const auto& [op, name] : same) rules[op] = as(name);
  rules[Op::cast] = converted;
  rules[Op::clamp] = clamped;
  rules[Op::elu] = with_alpha("Elu");
  rules[Op::expm1] = exp_less_one;
  rules[Op::gelu] = gaussian;
  rules[Op::hard_sigmoid] = hard;
  rules[Op::hard_swish] = as("HardSwish");
  rules[Op::is_finite] = finite;
  rules[Op::leaky_relu] = with_alpha("LeakyRelu");
  rules[Op::log1p] = log_plus_one;
  rules[Op::mod] = floored_rest;
  rules[Op::not_equal] = not_equal_to;
  rules[Op::rem] = truncated_rest;
  rules[Op::rsqrt] = reciprocal_root;
  rules[Op::shift_left] = shifted("LEFT");
  rules[Op::shift_right] = shifted("RIGHT");
  rules[Op::silu] = sigmoid_weighted;
  rules[Op::trunc] = truncated;
}

}  // namespace tenon::onnx
