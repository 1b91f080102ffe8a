// Element-wise ops. Their inputs broadcast: shapes are aligned at the right, and a dimension of 1 stretches.
// There is no implicit promotion: two inputs have one element type. Integers wrap.
#pragma once

#include "tenon/graph.h"

namespace tenon {

// A value, or a number that takes the element type of the value beside it.
class Operand {
 public:
  Operand(Value value) : value_(value) {}                        // NOLINT: made to be implicit
  Operand(double number) : number_(number), is_number_(true) {}  // NOLINT: made to be implicit

  bool is_number() const { return is_number_; }
  // The value, or the number as a constant of the element type of `other`, which must be a value.
  Value beside(const Operand& other) const;

 private:
  Value value_;
  double number_ = 0;
  bool is_number_ = false;
};

// A scalar constant of the element type of `like`; throws where an integer type cannot hold the number.
Value scalar_like(double number, Value like);

Value neg(Value x);
Value abs(Value x);
Value sign(Value x);  // -1, 0 or 1; NaN of NaN
Value floor(Value x);
Value ceil(Value x);
Value round(Value x);  // half to even
Value trunc(Value x);
Value exp(Value x);
Value expm1(Value x);  // exp(x) - 1
Value log(Value x);
Value log1p(Value x);  // log(1 + x)
Value sqrt(Value x);
Value rsqrt(Value x);       // 1 / sqrt(x)
Value reciprocal(Value x);  // 1 / x
Value sin(Value x);
Value cos(Value x);
Value tan(Value x);
Value asin(Value x);
Value acos(Value x);
Value atan(Value x);
Value sinh(Value x);
Value cosh(Value x);
Value tanh(Value x);
Value erf(Value x);  // the error function

Value add(Operand a, Operand b);
Value sub(Operand a, Operand b);
Value mul(Operand a, Operand b);
Value div(Operand a, Operand b);      // of integers: truncates, and 0 where b is 0
Value rem(Operand a, Operand b);      // what the truncated quotient leaves: the sign of a
Value mod(Operand a, Operand b);      // what the floored quotient leaves: the sign of b
Value pow(Operand a, Operand b);      // a to the power b
Value atan2(Operand y, Operand x);    // the angle of the point (x, y)
Value maximum(Operand a, Operand b);  // NaN where either is
Value minimum(Operand a, Operand b);  // NaN where either is

Value equal(Operand a, Operand b);  // comparisons give bool; with NaN all are false but not_equal
Value not_equal(Operand a, Operand b);
Value less(Operand a, Operand b);
Value less_equal(Operand a, Operand b);
Value greater(Operand a, Operand b);
Value greater_equal(Operand a, Operand b);
Value is_nan(Value x);
Value is_inf(Value x);     // either infinity
Value is_finite(Value x);  // neither NaN nor infinite

Value logical_not(Value x);
Value logical_and(Value a, Value b);
Value logical_or(Value a, Value b);
Value logical_xor(Value a, Value b);
Value bitwise_not(Value x);
Value bitwise_and(Operand a, Operand b);
Value bitwise_or(Operand a, Operand b);
Value bitwise_xor(Operand a, Operand b);
Value shift_left(Operand a, Operand b);   // 0 from the width of the type on
Value shift_right(Operand a, Operand b);  // arithmetic where the type is signed

Value cast(Value x, DType dtype);                     // float to integer saturates, NaN becomes 0
Value select(Value condition, Operand a, Operand b);  // a where the condition holds, else b
Value stop_gradient(Value x);                         // x, seen as a constant by differentiation

inline Value operator-(Value x) { return neg(x); }
inline Value operator+(Operand a, Operand b) { return add(a, b); }
inline Value operator-(Operand a, Operand b) { return sub(a, b); }
inline Value operator*(Operand a, Operand b) { return mul(a, b); }
inline Value operator/(Operand a, Operand b) { return div(a, b); }
inline Value operator<(Operand a, Operand b) { return less(a, b); }
inline Value operator<=(Operand a, Operand b) { return less_equal(a, b); }
inline Value operator>(Operand a, Operand b) { return greater(a, b); }
inline Value operator>=(Operand a, Operand b) { return greater_equal(a, b); }

}  // namespace tenon
