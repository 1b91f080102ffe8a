// Logarithms. x = m·2^n with m between 2/3 and 4/3, and the logarithm of m = 1 + f by a polynomial.
#include "codegen/llvm/math.h"

namespace tenon::codegen {

namespace {

struct Reduced {
  Expr n;  // a float
  Expr f;
};

// Of a positive number; one below the smallest normal number is made larger first.
Reduced reduce(Expr x) {
  const bool narrow = x.bits() == 32;
  const int mantissa = narrow ? 23 : 52;
  const Expr tiny = x < x.number(narrow ? 0x1p-126 : 0x1p-1022);
  const Expr bits = bits_of(select(tiny, x * (narrow ? 0x1p23 : 0x1p52), x));
  const Expr lowest = bits.integer(narrow ? 0x3f2aaaab : 0x3fe5555555555555);
  const Expr n = shift_signed(bits - lowest, mantissa);
  const Expr f = real_of(bits - (n << mantissa)) - 1.0;
  const Expr real = small_real(n);
  return {select(tiny, real - static_cast<double>(mantissa), real), f};
}

// log(1 + f) + n·ln 2 + correction.
Expr log_sum(const Reduced& x, Expr correction) {
  const Expr f = x.f;
  if (f.bits() == 32) {
    const Expr square = f * f;
    const Expr quotient = polynomial(f, {0.33333335744790982, -0.24999820267048922, 0.19999597750406403,
                                         -0.16679578453100727, 0.14304456588404132, -0.12195776295111199,
                                         0.10754237100883769, -0.1284506683117875, 0.12007146015300647});
    const Expr rest = fma(quotient * f, square, fma(x.n, -2.1219444005469058e-4, correction) - square * 0.5);
    return fma(x.n, 0.693359375, f + rest);
  }
  const Expr s = f / (f + 2.0);
  const Expr z = s * s;
  const Expr tail =
      z * polynomial(z, {0.66666666666666596, 0.40000000000056107, 0.28571428555962786, 0.22222224281626859,
                         0.18181666743745234, 0.15391084231483912, 0.13174055596553666, 0.13840009283109203});
  const Expr half_square = f * f * 0.5;
  const Expr lower = fma(x.n, 1.9082149292705877e-10, correction);
  return fma(x.n, 0.69314718036912382, f - (half_square - fma(s, half_square + tail, lower)));
}

Expr with_limits(Expr x, Expr result, double zero) {
  const Expr below = select(equal(x, zero), -infinity_like(x), nan_like(x));
  return select(equal(x, infinity_like(x)), x, select(x > zero, result, below));
}

}  // namespace

Expr log_of(Expr x) { return with_limits(x, log_sum(reduce(x), x.number(0)), 0); }

// The logarithm of the rounded u = 1 + x, and what the rounding took away, over u.
Expr log1p_of(Expr x) {
  const Expr u = x + 1.0;
  const Expr lost = select(x >= 1.0, 1.0 - (u - x), x - (u - 1.0));
  const Expr result = with_limits(x, log_sum(reduce(u), lost / u), -1);
  return select(abs(x) < by_width(x, 0x1p-25, 0x1p-54), x, result);
}

}  // namespace tenon::codegen
