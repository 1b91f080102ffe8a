// Integer arithmetic: it wraps, a division by zero gives 0, and a shift by the width or more shifts all out.
#include "codegen/llvm/elements.h"

namespace tenon::codegen {

namespace {

Expr zero(Expr like) { return like.integer(0); }

Expr as_real(Expr x, bool is_signed) {
  llvm::Type* const type = Ir::vector(x.b().getDoubleTy(), Ir::width(x));
  return x.with(is_signed ? x.b().CreateSIToFP(x, type) : x.b().CreateUIToFP(x, type));
}

// Vectors have no integer division. Up to 32 bits the quotient of the doubles, cut off, is the right one:
// where it is not an integer it is further from one than a rounding.
Expr quotient_by_reals(Expr a, Expr b, bool is_signed) {
  const Expr quotient = as_real(a, is_signed) / as_real(b, is_signed);
  return a.with(is_signed ? a.b().CreateFPToSI(quotient, a.type()) : a.b().CreateFPToUI(quotient, a.type()));
}

// Of operands for which the division is defined.
Expr defined_quotient(Expr a, Expr b, bool is_signed) {
  if (Ir::width(a) > 1 && a.bits() <= 32) return quotient_by_reals(a, b, is_signed);
  return a.with(is_signed ? a.b().CreateSDiv(a, b) : a.b().CreateUDiv(a, b));
}

Expr quotient(Expr a, Expr b, bool is_signed) {
  const Expr none = equal(b, zero(b));
  if (!is_signed) return select(none, zero(a), defined_quotient(a, select(none, b.integer(1), b), false));
  const Expr minus = equal(b, b.integer(-1));
  const Expr safe = select(none | minus, b.integer(1), b);
  return select(none, zero(a), select(minus, -a, defined_quotient(a, safe, true)));
}

Expr remainder(Expr a, Expr b, bool is_signed) {
  return select(equal(b, zero(b)), zero(a), a - quotient(a, b, is_signed) * b);
}

Expr modulo(Expr a, Expr b, bool is_signed) {
  const Expr left = remainder(a, b, is_signed);
  if (!is_signed) return left;
  const Expr unlike = (left < zero(left)) ^ (b < zero(b));
  return select(~equal(left, zero(left)) & unlike, left + b, left);
}

// By repeated squaring, one bit of the exponent a step. A negative exponent is a division by a power.
Expr power(Expr base, Expr exponent, bool is_signed) {
  Expr result = base.integer(1);
  Expr square = base;
  for (unsigned bit = 0; bit < base.bits(); ++bit) {
    const Expr set = ~equal((exponent >> static_cast<int>(bit)) & 1, zero(exponent));
    result = select(set, result * square, result);
    square = square * square;
  }
  if (!is_signed) return result;
  const Expr odd = ~equal(exponent & 1, zero(exponent));
  const Expr of_minus_one = select(odd, base.integer(-1), base.integer(1));
  const Expr inverse = select(equal(base, base.integer(1)), base,
                              select(equal(base, base.integer(-1)), of_minus_one, zero(base)));
  return select(exponent < zero(exponent), inverse, result);
}

Expr shifted(Op op, Expr a, Expr by, bool is_signed) {
  const Expr width = by.integer(by.bits());
  const Expr inside = by.with(by.b().CreateICmpULT(by, width));
  const Expr safe = select(inside, by, zero(by));
  if (op == Op::shift_left) return select(inside, a.with(a.b().CreateShl(a, safe)), zero(a));
  if (!is_signed) return select(inside, a.with(a.b().CreateLShr(a, safe)), zero(a));
  return a.with(a.b().CreateAShr(a, select(inside, by, by.integer(by.bits() - 1))));
}

Expr extreme(Expr a, Expr b, llvm::Intrinsic::ID intrinsic) {
  return a.with(a.b().CreateBinaryIntrinsic(intrinsic, a, b));
}

Expr sign(Expr x, bool is_signed) {
  const Expr positive = select(equal(x, zero(x)), zero(x), x.integer(1));
  return is_signed ? select(x < zero(x), x.integer(-1), positive) : positive;
}

}  // namespace

Expr integer_value(Op op, bool is_signed, const std::vector<Expr>& args) {
  const Expr x = args[0];
  switch (op) {
    case Op::neg:
      return -x;
    case Op::abs:
      return is_signed ? select(x < zero(x), -x, x) : x;
    case Op::sign:
      return sign(x, is_signed);
    case Op::bitwise_not:
      return ~x;
    case Op::add:
      return x + args[1];
    case Op::sub:
      return x - args[1];
    case Op::mul:
      return x * args[1];
    case Op::div:
      return quotient(x, args[1], is_signed);
    case Op::rem:
      return remainder(x, args[1], is_signed);
    case Op::mod:
      return modulo(x, args[1], is_signed);
    case Op::pow:
      return power(x, args[1], is_signed);
    case Op::maximum:
      return extreme(x, args[1], is_signed ? llvm::Intrinsic::smax : llvm::Intrinsic::umax);
    case Op::minimum:
      return extreme(x, args[1], is_signed ? llvm::Intrinsic::smin : llvm::Intrinsic::umin);
    case Op::bitwise_and:
      return x & args[1];
    case Op::bitwise_or:
      return x | args[1];
    case Op::bitwise_xor:
      return x ^ args[1];
    default:  // shift_left, shift_right
      return shifted(op, x, args[1], is_signed);
  }
}

}  // namespace tenon::codegen
