// Arithmetic on LLVM values in C++'s own notation, for the functions that take many steps. An Expr is a
// scalar or a vector; numbers beside it take its type.
#pragma once

#include "codegen/llvm/ir.h"

namespace tenon::codegen {

struct Expr {
  Ir* ir;
  LlvmValue value;

  Expr(Ir& i, LlvmValue v) : ir(&i), value(v) {}
  operator LlvmValue() const { return value; }

  llvm::IRBuilder<>& b() const { return ir->b(); }
  llvm::Type* type() const { return value->getType(); }
  bool real() const { return type()->isFPOrFPVectorTy(); }
  unsigned bits() const { return type()->getScalarSizeInBits(); }
  Expr with(LlvmValue v) const { return {*ir, v}; }
  // A constant of this type.
  Expr number(double x) const;
  Expr integer(std::int64_t x) const;
};

Expr operator+(Expr a, Expr b);
Expr operator-(Expr a, Expr b);
Expr operator*(Expr a, Expr b);
Expr operator/(Expr a, Expr b);  // of floats
Expr operator-(Expr a);
inline Expr operator+(Expr a, double b) { return a + a.number(b); }
inline Expr operator-(Expr a, double b) { return a - a.number(b); }
inline Expr operator*(Expr a, double b) { return a * a.number(b); }
inline Expr operator+(double a, Expr b) { return b.number(a) + b; }
inline Expr operator-(double a, Expr b) { return b.number(a) - b; }
inline Expr operator*(double a, Expr b) { return b.number(a) * b; }
inline Expr operator/(double a, Expr b) { return b.number(a) / b; }

// Ordered comparisons of floats, signed ones of integers.
Expr operator<(Expr a, Expr b);
Expr operator>(Expr a, Expr b);
Expr operator<=(Expr a, Expr b);
Expr operator>=(Expr a, Expr b);
Expr equal(Expr a, Expr b);
inline Expr operator<(Expr a, double b) { return a < a.number(b); }
inline Expr operator>(Expr a, double b) { return a > a.number(b); }
inline Expr operator<=(Expr a, double b) { return a <= a.number(b); }
inline Expr operator>=(Expr a, double b) { return a >= a.number(b); }
inline Expr equal(Expr a, double b) { return equal(a, a.number(b)); }
Expr is_nan(Expr a);

// Of integers and truths.
Expr operator&(Expr a, Expr b);
Expr operator|(Expr a, Expr b);
Expr operator^(Expr a, Expr b);
Expr operator~(Expr a);
Expr operator<<(Expr a, int by);
Expr operator>>(Expr a, int by);  // filled with zeros
Expr shift_signed(Expr a, int by);
inline Expr operator&(Expr a, std::int64_t b) { return a & a.integer(b); }
inline Expr operator|(Expr a, std::int64_t b) { return a | a.integer(b); }
inline Expr operator^(Expr a, std::int64_t b) { return a ^ a.integer(b); }

Expr select(Expr condition, Expr a, Expr b);
inline Expr select(Expr condition, Expr a, double b) { return select(condition, a, a.number(b)); }
inline Expr select(Expr condition, double a, Expr b) { return select(condition, b.number(a), b); }

Expr fma(Expr a, Expr b, Expr c);  // a * b + c: rounded once where the processor can
inline Expr fma(Expr a, double b, Expr c) { return fma(a, a.number(b), c); }
inline Expr fma(Expr a, Expr b, double c) { return fma(a, b, a.number(c)); }
Expr sqrt(Expr a);
Expr abs(Expr a);  // of a float
Expr with_sign_of(Expr magnitude, Expr sign);
Expr larger(Expr a, Expr b);   // b where either is NaN
Expr smaller(Expr a, Expr b);  // b where either is NaN
Expr nearest(Expr a);          // the nearest integer, half to even

// The bits of a float as an integer of its width, and back.
Expr bits_of(Expr real);
Expr real_of(Expr bits);
// Numbers between floats and integers of the same width.
Expr to_integer(Expr real);  // truncated; anything where it does not fit
Expr to_real(Expr integer);  // signed

// c[0] + c[1]·x + c[2]·x² + …
Expr polynomial(Expr x, std::initializer_list<double> coefficients);

// While one of these lives, products and sums are rounded one by one.
class ExactSums {
 public:
  explicit ExactSums(Ir& ir) : guard_(ir.b()) { ir.b().clearFastMathFlags(); }

 private:
  llvm::IRBuilder<>::FastMathFlagGuard guard_;
};

}  // namespace tenon::codegen
