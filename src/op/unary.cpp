// Element-wise ops of one input.
#include <cmath>
#include <numbers>

#include "op/elementwise.h"

namespace tenon {

namespace {
struct UnaryGrad {
  Value x, y, dy;
};
using UnaryGradient = Value (*)(const UnaryGrad&);

void unary(OpTable& table, Op op, const char* documentation, const ByKind<Unary>& functions,
           UnaryGradient gradient) {
  OpDef def = map_row(1, documentation, functions, false);
  def.gradient = [gradient](const GradContext& context) -> std::vector<Value> {
    return {gradient({context.inputs[0], context.results[0], context.grads[0]})};
  };
  table.define(op, std::move(def));
}

void stepwise(OpTable& table, Op op, const char* documentation, const ByKind<Unary>& functions) {
  OpDef def = map_row(1, documentation, functions, false);
  def.gradient = zero_gradient;
  table.define(op, std::move(def));
}

void real(OpTable& table, Op op, const char* documentation, Unary<double> function, UnaryGradient gradient) {
  unary(table, op, documentation, {.real = function}, gradient);
}

constexpr auto kNegate = []<class W>(W x) { return static_cast<W>(-modular(x)); };
constexpr auto kAbs = []<class W>(W x) { return x < 0 ? kNegate(x) : x; };
constexpr auto kSign = []<class W>(W x) {
  if (x > 0) return W{1};
  return x < 0 ? static_cast<W>(-1) : x;  // 0 or NaN
};

void define_arithmetic(OpTable& table) {
  unary(table, Op::neg, "-x; the least integer stays itself.", numbers<Unary>(kNegate),
        [](const UnaryGrad& g) { return -g.dy; });
  ByKind<Unary> abs = numbers<Unary>(kAbs);
  abs.real = [](double x) { return std::fabs(x); };
  unary(table, Op::abs, "The magnitude of x; the least integer stays itself.", abs,
        [](const UnaryGrad& g) { return g.dy * sign(g.x); });
  real(
      table, Op::sqrt, "The square root of x; NaN below 0.", [](double x) { return std::sqrt(x); },
      [](const UnaryGrad& g) { return g.dy * (0.5 / g.y); });
  real(
      table, Op::rsqrt, "1 / sqrt(x); infinite at 0, NaN below.", [](double x) { return 1 / std::sqrt(x); },
      [](const UnaryGrad& g) { return g.dy * (-0.5 * (g.y * g.y * g.y)); });
  real(
      table, Op::reciprocal, "1 / x.", [](double x) { return 1 / x; },
      [](const UnaryGrad& g) { return -(g.dy * (g.y * g.y)); });
}

void define_steps(OpTable& table) {
  stepwise(table, Op::sign, "-1, 0 or 1 by the sign of x; NaN of NaN. Its gradient is 0.",
           numbers<Unary>(kSign));
  stepwise(table, Op::floor, "The next integer at or below x. Its gradient is 0.",
           {.real = [](double x) { return std::floor(x); }});
  stepwise(table, Op::ceil, "The next integer at or above x. Its gradient is 0.",
           {.real = [](double x) { return std::ceil(x); }});
  stepwise(table, Op::round, "The nearest integer, half to even. Its gradient is 0.",
           {.real = [](double x) { return std::nearbyint(x); }});
  stepwise(table, Op::trunc, "The next integer towards 0. Its gradient is 0.",
           {.real = [](double x) { return std::trunc(x); }});
}

void define_exponentials(OpTable& table) {
  real(
      table, Op::exp, "e to the power x.", [](double x) { return std::exp(x); },
      [](const UnaryGrad& g) { return g.dy * g.y; });
  real(
      table, Op::expm1, "exp(x) - 1, exact near 0.", [](double x) { return std::expm1(x); },
      [](const UnaryGrad& g) { return g.dy * (g.y + 1.0); });
  real(
      table, Op::log, "The natural logarithm of x; -inf at 0, NaN below.",
      [](double x) { return std::log(x); }, [](const UnaryGrad& g) { return g.dy / g.x; });
  real(
      table, Op::log1p, "log(1 + x), exact near 0.", [](double x) { return std::log1p(x); },
      [](const UnaryGrad& g) { return g.dy / (g.x + 1.0); });
}

void define_trigonometry(OpTable& table) {
  real(
      table, Op::sin, "The sine of x.", [](double x) { return std::sin(x); },
      [](const UnaryGrad& g) { return g.dy * cos(g.x); });
  real(
      table, Op::cos, "The cosine of x.", [](double x) { return std::cos(x); },
      [](const UnaryGrad& g) { return -(g.dy * sin(g.x)); });
  real(
      table, Op::tan, "The tangent of x.", [](double x) { return std::tan(x); },
      [](const UnaryGrad& g) { return g.dy * (g.y * g.y + 1.0); });
  real(
      table, Op::asin, "The angle in [-pi/2, pi/2] whose sine is x.", [](double x) { return std::asin(x); },
      [](const UnaryGrad& g) { return g.dy * rsqrt(1.0 - g.x * g.x); });
  real(
      table, Op::acos, "The angle in [0, pi] whose cosine is x.", [](double x) { return std::acos(x); },
      [](const UnaryGrad& g) { return -(g.dy * rsqrt(1.0 - g.x * g.x)); });
  real(
      table, Op::atan, "The angle in [-pi/2, pi/2] whose tangent is x.",
      [](double x) { return std::atan(x); }, [](const UnaryGrad& g) { return g.dy / (g.x * g.x + 1.0); });
}

void define_hyperbolic(OpTable& table) {
  real(
      table, Op::sinh, "The hyperbolic sine of x.", [](double x) { return std::sinh(x); },
      [](const UnaryGrad& g) { return g.dy * cosh(g.x); });
  real(
      table, Op::cosh, "The hyperbolic cosine of x.", [](double x) { return std::cosh(x); },
      [](const UnaryGrad& g) { return g.dy * sinh(g.x); });
  real(
      table, Op::tanh, "The hyperbolic tangent of x.", [](double x) { return std::tanh(x); },
      [](const UnaryGrad& g) { return g.dy * (1.0 - g.y * g.y); });
  real(
      table, Op::erf, "The error function of x.", [](double x) { return std::erf(x); },
      [](const UnaryGrad& g) { return g.dy * (2 * std::numbers::inv_sqrtpi * exp(-(g.x * g.x))); });
}
}  // namespace

void define_unary(OpTable& table) {
  define_arithmetic(table);
  define_steps(table);
  define_exponentials(table);
  define_trigonometry(table);
  define_hyperbolic(table);
}

Value neg(Value x) { return write(Op::neg, {x}); }
Value abs(Value x) { return write(Op::abs, {x}); }
Value sign(Value x) { return write(Op::sign, {x}); }
Value floor(Value x) { return write(Op::floor, {x}); }
Value ceil(Value x) { return write(Op::ceil, {x}); }
Value round(Value x) { return write(Op::round, {x}); }
Value trunc(Value x) { return write(Op::trunc, {x}); }
Value exp(Value x) { return write(Op::exp, {x}); }
Value expm1(Value x) { return write(Op::expm1, {x}); }
Value log(Value x) { return write(Op::log, {x}); }
Value log1p(Value x) { return write(Op::log1p, {x}); }
Value sqrt(Value x) { return write(Op::sqrt, {x}); }
Value rsqrt(Value x) { return write(Op::rsqrt, {x}); }
Value reciprocal(Value x) { return write(Op::reciprocal, {x}); }
Value sin(Value x) { return write(Op::sin, {x}); }
Value cos(Value x) { return write(Op::cos, {x}); }
Value tan(Value x) { return write(Op::tan, {x}); }
Value asin(Value x) { return write(Op::asin, {x}); }
Value acos(Value x) { return write(Op::acos, {x}); }
Value atan(Value x) { return write(Op::atan, {x}); }
Value sinh(Value x) { return write(Op::sinh, {x}); }
Value cosh(Value x) { return write(Op::cosh, {x}); }
Value tanh(Value x) { return write(Op::tanh, {x}); }
Value erf(Value x) { return write(Op::erf, {x}); }

}  // namespace tenon
