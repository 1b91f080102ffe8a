// Powers: e to the y·log x. f32 is computed in double. In f64 the logarithm is kept in two parts, as an error
// in it grows with y.
#include "codegen/llvm/elements.h"
#include "codegen/llvm/math.h"

namespace tenon::codegen {

namespace {

// A number as the sum of two, the lower below half a place of the upper.
struct Pair {
  Expr upper;
  Expr lower;
};

// Of a number not smaller than the other.
Pair quick_sum(Expr a, Expr b) {
  const Expr sum = a + b;
  return {sum, b - (sum - a)};
}

Pair halves(Expr x) {
  const Expr upper = real_of(bits_of(x) & ~((std::int64_t{1} << 27) - 1));
  return {upper, x - upper};
}

Pair product(Expr a, Expr b) {
  const Expr rounded = a * b;
  if (a.ir->has_fma()) return {rounded, fma(a, b, -rounded)};
  const Pair x = halves(a), y = halves(b);
  const Expr error =
      ((x.upper * y.upper - rounded) + x.upper * y.lower + x.lower * y.upper) + x.lower * y.lower;
  return {rounded, error};
}

Pair product(Pair a, Pair b) {
  const Pair upper = product(a.upper, b.upper);
  return quick_sum(upper.upper, upper.lower + (a.upper * b.lower + a.lower * b.upper));
}

// log x = n·ln 2 + 2s + 2s^3/3 + …, s = f / (2 + f).
Pair precise_log(Expr x) {
  const Expr tiny = x < 0x1p-1022;
  const Expr bits = bits_of(select(tiny, x * 0x1p52, x));
  const Expr exponent = shift_signed(bits - bits.integer(0x3fe5555555555555), 52);
  const Expr f = real_of(bits - (exponent << 52)) - 1.0;
  const Expr n = small_real(exponent) - select(tiny, f.number(52), f.number(0));

  const Pair below = quick_sum(f.number(2), f);
  const Expr s_upper = f / below.upper;
  const Pair back = product(s_upper, below.upper);
  const Expr left = ((f - back.upper) - back.lower) - s_upper * below.lower;
  const Pair s{s_upper, left / below.upper};

  const Pair z = product(s, s);
  const Expr tail =
      z.upper * polynomial(z.upper, {0.4, 0.28571428571428571, 0.22222222222222221, 0.18181818181818182,
                                     0.15384615384615385, 0.13333333333333333, 0.11764705882352941,
                                     0.10526315789473684, 0.095238095238095233});
  const Pair two_thirds{f.number(0.66666666666666663), f.number(3.700743415417188e-17)};
  const Pair factor = quick_sum(two_thirds.upper, two_thirds.lower + tail);
  const Pair cubic = product(product(z, factor), s);
  const Pair main = quick_sum(s.upper * 2.0, cubic.upper);
  const Expr rest = main.lower + (s.lower * 2.0 + cubic.lower);
  // ln 2 in three parts; n times the first is exact.
  const Expr whole = n * 0.69314718036912382;
  const Expr sum = whole + main.upper;
  const Expr lost =
      select(abs(whole) > abs(main.upper), main.upper - (sum - whole), whole - (sum - main.upper));
  const Pair part = product(n, n.number(1.9082149292705877e-10));
  const Pair upper = quick_sum(sum, part.upper);
  return quick_sum(upper.upper, upper.lower + (lost + rest + part.lower));
}

Expr precise_power(Expr x, Expr y) {
  const ExactSums exact(*x.ir);
  const Pair log = precise_log(x);
  const Pair exponent = product(y, log.upper);
  const Expr lower = fma(y, log.lower, exponent.lower);
  const Expr special = equal(x, 0.0) | equal(x, infinity_like(x));
  const Expr limit = select(equal(x, 0.0), -infinity_like(x), infinity_like(x));
  const Expr upper = select(special, y * limit, exponent.upper);
  const Expr power = exp_of(upper);
  const Expr usual = abs(upper) < 800.0;
  return select(usual, fma(power, lower, power), power);
}

Expr power_of_magnitude(Expr x, Expr y) {
  if (x.bits() == 64) return precise_power(x, y);
  auto& b = x.b();
  llvm::Type* const wide = Ir::vector(b.getDoubleTy(), Ir::width(x));
  const Expr base = x.with(b.CreateFPExt(x, wide)), exponent = x.with(b.CreateFPExt(y, wide));
  return x.with(b.CreateFPTrunc(exp_of(exponent * log_of(base)), x.type()));
}

}  // namespace

Expr pow_of(Expr x, Expr y) {
  const Expr magnitude = abs(x);
  const Expr one = equal(magnitude, 1.0) & ~is_nan(y);
  const Expr power = select(one, 1.0, power_of_magnitude(magnitude, y));
  const auto is_whole = [](Expr number) { return equal(float_value(Op::trunc, {number}), number); };
  const Expr whole = is_whole(y);
  const Expr odd = whole & ~is_whole(y * 0.5);
  const Expr negative = bits_of(x) < bits_of(x).integer(0);
  const Expr signed_power = select(negative & odd, -power, power);
  const Expr real = ~(x < 0.0) | whole | equal(magnitude, infinity_like(x));
  const Expr always_one = equal(y, 0.0) | equal(x, 1.0);
  const Expr number = real & ~(is_nan(x) | is_nan(y));
  return select(always_one, 1.0, select(number, signed_power, nan_like(x)));
}

}  // namespace tenon::codegen
