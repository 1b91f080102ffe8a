// Element-wise arithmetic of two inputs.
#include <cmath>

#include "op/elementwise.h"

namespace tenon {

namespace {
struct BinaryGrad {
  Value a, b, y, dy;
};
struct Pair {
  Value a, b;
};
using BinaryGradient = Pair (*)(const BinaryGrad&);

void binary(OpTable& table, Op op, const char* documentation, const ByKind<Binary>& functions,
            BinaryGradient gradient) {
  OpDef def = map_row(2, documentation, functions, false);
  def.gradient = [gradient](const GradContext& context) -> std::vector<Value> {
    const Value a = context.inputs[0];
    const Value b = context.inputs[1];
    const Pair grads = gradient({a, b, context.results[0], context.grads[0]});
    return {unbroadcast(grads.a, a), unbroadcast(grads.b, b)};
  };
  table.define(op, std::move(def));
}

constexpr auto kSubtract = []<class W>(W a, W b) { return static_cast<W>(modular(a) - modular(b)); };

// Integers. The quotient of the least by -1 wraps to itself, where the machine would trap.
constexpr auto kDivide = []<class W>(W a, W b) -> W {
  if (b == 0) return 0;
  if (b == static_cast<W>(-1) && std::is_signed_v<W>) return static_cast<W>(0 - modular(a));
  return a / b;
};
constexpr auto kRemainder = []<class W>(W a, W b) -> W {
  if (b == 0 || (b == static_cast<W>(-1) && std::is_signed_v<W>)) return 0;
  return a % b;
};
constexpr auto kModulo = []<class W>(W a, W b) -> W {
  const W left = kRemainder(a, b);
  return left != 0 && (left < 0) != (b < 0) ? left + b : left;
};

double real_modulo(double a, double b) {
  const double left = std::fmod(a, b);
  if (left == 0) return std::copysign(0.0, b);
  return (left < 0) != (b < 0) ? left + b : left;
}

// By repeated squaring, modulo 2^64. A negative exponent is a division by a power.
constexpr auto kPower = []<class W>(W base, W exponent) -> W {
  if (exponent < 0)
    return base == 1 || (base == static_cast<W>(-1) && exponent % 2 == 0) ? 1
           : base == static_cast<W>(-1)                                   ? static_cast<W>(-1)
                                                                          : 0;
  W power = 1;
  for (; exponent != 0; exponent /= 2, base = kMultiply(base, base))
    if (exponent % 2 != 0) power = kMultiply(power, base);
  return power;
};

// Functions of which integers have another than floats.
ByKind<Binary> split(Binary<double> real, auto whole) {
  return {.real = real, .integer = whole, .natural = whole};
}

void define_arithmetic(OpTable& table) {
  binary(table, Op::add, "a + b.", numbers<Binary>(kAdd),
         [](const BinaryGrad& g) -> Pair { return {g.dy, g.dy}; });
  binary(table, Op::sub, "a - b.", numbers<Binary>(kSubtract),
         [](const BinaryGrad& g) -> Pair { return {g.dy, -g.dy}; });
  binary(table, Op::mul, "a * b.", numbers<Binary>(kMultiply),
         [](const BinaryGrad& g) -> Pair { return {g.dy * g.b, g.dy * g.a}; });
  binary(table, Op::div, "a / b; of integers truncated, and 0 where b is 0.",
         split([](double a, double b) { return a / b; }, kDivide), [](const BinaryGrad& g) -> Pair {
           const Value da = g.dy / g.b;
           return {da, -(da * g.y)};
         });
}

void define_remainders(OpTable& table) {
  binary(
      table, Op::rem,
      "What the truncated quotient leaves, a - b * trunc(a / b), with the sign of a; of integers 0 where b "
      "is 0, of floats NaN.",
      split([](double a, double b) { return std::fmod(a, b); }, kRemainder),
      [](const BinaryGrad& g) -> Pair { return {g.dy, -(g.dy * trunc(g.a / g.b))}; });
  binary(table, Op::mod,
         "What the floored quotient leaves, a - b * floor(a / b), with the sign of b; of integers 0 where b "
         "is 0, of floats NaN.",
         split(real_modulo, kModulo),
         [](const BinaryGrad& g) -> Pair { return {g.dy, -(g.dy * floor(g.a / g.b))}; });
}

// Where the base is 0 or less, the power does not change smoothly with the exponent: no gradient flows to it.
// An exponent of 0 gives 1 for every base: without the first select, base 0 would give 0 * inf.
Pair power_gradient(const BinaryGrad& g) {
  const Value slope = select(equal(g.b, 0.0), 0.0, g.b * pow(g.a, g.b - 1.0));
  const Value log_base = log(select(g.a > 0.0, g.a, 1.0));
  return {g.dy * slope, g.dy * (g.y * log_base)};
}

Pair atan2_gradient(const BinaryGrad& g) {
  const Value scaled = g.dy / (g.a * g.a + g.b * g.b);
  return {scaled * g.b, -(scaled * g.a)};
}

void define_others(OpTable& table) {
  binary(table, Op::pow,
         "a to the power b. Of integers with a negative b: 1 / a to the power -b, truncated. No gradient "
         "reaches b where a is 0 or less.",
         split([](double a, double b) { return std::pow(a, b); }, kPower), power_gradient);
  binary(table, Op::atan2, "The angle of the point (b, a), in [-pi, pi].",
         {.real = [](double a, double b) { return std::atan2(a, b); }}, atan2_gradient);
  binary(table, Op::maximum, "The larger; NaN where either is NaN. At a tie the gradient goes to a.",
         everything<Binary>(kLarger), [](const BinaryGrad& g) -> Pair {
           const Value first = g.a >= g.b;
           return {select(first, g.dy, 0.0), select(first, 0.0, g.dy)};
         });
  binary(table, Op::minimum, "The smaller; NaN where either is NaN. At a tie the gradient goes to a.",
         everything<Binary>(kSmaller), [](const BinaryGrad& g) -> Pair {
           const Value first = g.a <= g.b;
           return {select(first, g.dy, 0.0), select(first, 0.0, g.dy)};
         });
}

Value write_pair(Op op, const Operand& a, const Operand& b) { return write(op, {a.beside(b), b.beside(a)}); }
}  // namespace

void define_binary(OpTable& table) {
  define_arithmetic(table);
  define_remainders(table);
  define_others(table);
}

Value add(Operand a, Operand b) { return write_pair(Op::add, a, b); }
Value sub(Operand a, Operand b) { return write_pair(Op::sub, a, b); }
Value mul(Operand a, Operand b) { return write_pair(Op::mul, a, b); }
Value div(Operand a, Operand b) { return write_pair(Op::div, a, b); }
Value rem(Operand a, Operand b) { return write_pair(Op::rem, a, b); }
Value mod(Operand a, Operand b) { return write_pair(Op::mod, a, b); }
Value pow(Operand a, Operand b) { return write_pair(Op::pow, a, b); }
Value atan2(Operand y, Operand x) { return write_pair(Op::atan2, y, x); }
Value maximum(Operand a, Operand b) { return write_pair(Op::maximum, a, b); }
Value minimum(Operand a, Operand b) { return write_pair(Op::minimum, a, b); }

}  // namespace tenon
