// exp and what is made of it. x = n·ln 2 + r with |r| at most ln 2 / 2, and e^r by a polynomial.
#include "codegen/llvm/math.h"

namespace tenon::codegen {

namespace {

constexpr double kLog2OfE = 1.4426950408889634;

// ln 2 in two parts, the upper one so short that its products with n are exact.
double ln2_upper(Expr x) { return by_width(x, 0.693359375, 0.69314718036912382); }
double ln2_lower(Expr x) { return by_width(x, -2.1219444005469058e-4, 1.9082149292705877e-10); }

struct Reduced {
  Rounded n;
  Expr rest;
};

Reduced reduce(Expr x) {
  const Rounded n = rounded_product(x, kLog2OfE);
  const Expr upper = fma(n.real, -ln2_upper(x), x);
  return {n, fma(n.real, -ln2_lower(x), upper)};
}

// A NaN passes.
Expr clamped(Expr x, double low, double high) { return smaller(x.number(high), larger(x.number(low), x)); }

// e^r - 1.
Expr expm1_of_rest(Expr r) {
  const Expr quotient = polynomial(
      r, {{0.50000000441636749, 0.16666666370482175, 0.041666360914071388, 0.0083333893657108159,
           0.001394062727742931, 0.00019845879238863972},
          {0.5, 0.16666666666666677, 0.041666666666666512, 0.0083333333333216915, 0.0013888888888962335,
           0.00019841269885967502, 2.480158717258518e-05, 2.7557244372725135e-06, 2.7557402613140199e-07,
           2.5108979358977337e-08, 2.0875337194376873e-09}});
  return fma(r * r, quotient, r);
}

// e^r - 1 where 1 will be added: the last places do not matter.
Expr near_expm1_of_rest(Expr r) {
  if (r.bits() == 64) return expm1_of_rest(r);
  const Expr quotient = polynomial(r, {0.49999993448458668, 0.16666520629635381, 0.041668387855390142,
                                       0.008368717081241716, 0.0013814610145257281});
  return fma(r * r, quotient, r);
}

// e^x / 2, which is finite a little further than e^x.
Expr half_exp(Expr x) {
  const Reduced reduced = reduce(clamped(x, by_width(x, -104, -746), by_width(x, 89.5, 710.5)));
  const Rounded less{reduced.n.real - 1.0, reduced.n.integer - reduced.n.integer.integer(1)};
  return scaled(near_expm1_of_rest(reduced.rest) + 1.0, less);
}

}  // namespace

Expr exp_of(Expr x) {
  const Reduced reduced = reduce(clamped(x, by_width(x, -104, -746), by_width(x, 89, 710)));
  return scaled(near_expm1_of_rest(reduced.rest) + 1.0, reduced.n);
}

// 2^n·(e^r - 1) + (2^n - 1), with half of 2^n as that is always finite.
Expr expm1_of(Expr x) {
  const Reduced reduced = reduce(clamped(x, by_width(x, -25, -50), by_width(x, 89, 710)));
  const int mantissa = x.bits() == 32 ? 23 : 52;
  const Expr n = reduced.n.integer;
  const Expr half = real_of((n + n.integer(x.bits() == 32 ? 126 : 1022)) << mantissa);
  const Expr result = fma(half, expm1_of_rest(reduced.rest), half - 0.5) * 2.0;
  return select(equal(x, 0.0), x, result);
}

Expr tanh_of(Expr x) {
  const Expr limit = x.number(by_width(x, 10, 20));
  const Expr e = expm1_of(smaller(limit, abs(x)) * 2.0);
  return with_sign_of(e / (e + 2.0), x);
}

Expr sinh_of(Expr x) {
  const Expr e = expm1_of(smaller(x.number(1), abs(x)));
  const Expr small = (e + e / (e + 1.0)) * 0.5;
  const Expr half = half_exp(abs(x));
  return with_sign_of(select(abs(x) < 1.0, small, half - 0.25 / half), x);
}

Expr cosh_of(Expr x) {
  const Expr half = half_exp(abs(x));
  return half + 0.25 / half;
}

}  // namespace tenon::codegen
