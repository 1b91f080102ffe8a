// The functions that processors have no instruction for, as arithmetic on whole vectors. Their coefficients
// are minimax fits; what each is accurate to is measured by tests/codegen/math_test.cpp.
#pragma once

#include <limits>

#include "codegen/llvm/expr.h"

namespace tenon::codegen {

Expr exp_of(Expr x);
Expr expm1_of(Expr x);
Expr sinh_of(Expr x);
Expr cosh_of(Expr x);
Expr tanh_of(Expr x);
Expr erf_of(Expr x);
Expr log_of(Expr x);
Expr log1p_of(Expr x);
Expr sin_of(Expr x);
Expr cos_of(Expr x);
Expr tan_of(Expr x);
Expr asin_of(Expr x);
Expr acos_of(Expr x);
Expr atan_of(Expr x);
Expr atan2_of(Expr y, Expr x);
Expr pow_of(Expr x, Expr y);
Expr rem_of(Expr x, Expr y);  // with the sign of x
Expr mod_of(Expr x, Expr y);  // with the sign of y

// One fit for f32, one for f64.
struct Fit {
  std::initializer_list<double> f32;
  std::initializer_list<double> f64;
};
inline Expr polynomial(Expr x, const Fit& fit) { return polynomial(x, x.bits() == 32 ? fit.f32 : fit.f64); }

inline double by_width(Expr x, double f32, double f64) { return x.bits() == 32 ? f32 : f64; }

inline Expr infinity_like(Expr x) { return x.number(std::numeric_limits<double>::infinity()); }
inline Expr nan_like(Expr x) { return x.number(std::numeric_limits<double>::quiet_NaN()); }

// The nearest integer to x · factor, as a float and as an integer: adding 1.5 · 2^23 (2^52) to a number puts
// its integer part into the lowest bits. For |x · factor| below 2^22 (2^51).
struct Rounded {
  Expr real;
  Expr integer;
};
Rounded rounded_product(Expr x, double factor);

// Of integers below 2^51 in magnitude: wide ones have no conversion of their own everywhere.
Expr small_real(Expr integer);

// value · 2^n for integers n, in two steps so that neither leaves the range.
Expr scaled(Expr value, const Rounded& n);

}  // namespace tenon::codegen
