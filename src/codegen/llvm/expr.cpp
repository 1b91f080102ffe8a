#include "codegen/llvm/expr.h"

namespace tenon::codegen {

using Predicate = llvm::CmpInst::Predicate;

namespace {
Expr compare(Expr a, Expr b, Predicate of_reals, Predicate of_integers) {
  return a.with(a.real() ? a.b().CreateFCmp(of_reals, a, b) : a.b().CreateICmp(of_integers, a, b));
}

Expr call(llvm::Intrinsic::ID intrinsic, Expr a) { return a.with(a.b().CreateUnaryIntrinsic(intrinsic, a)); }

// 2^23 or 2^52: above it every float is an integer.
double integers_from(Expr a) { return a.bits() == 32 ? 0x1p23 : 0x1p52; }
}  // namespace

Expr Expr::number(double x) const {
  return with(real() ? llvm::ConstantFP::get(type(), x)
                     : llvm::ConstantInt::getSigned(type(), static_cast<std::int64_t>(x)));
}

Expr Expr::integer(std::int64_t x) const { return with(llvm::ConstantInt::getSigned(type(), x)); }

Expr operator+(Expr a, Expr b) { return a.with(a.real() ? a.b().CreateFAdd(a, b) : a.b().CreateAdd(a, b)); }
Expr operator-(Expr a, Expr b) { return a.with(a.real() ? a.b().CreateFSub(a, b) : a.b().CreateSub(a, b)); }
Expr operator*(Expr a, Expr b) { return a.with(a.real() ? a.b().CreateFMul(a, b) : a.b().CreateMul(a, b)); }
Expr operator/(Expr a, Expr b) { return a.with(a.b().CreateFDiv(a, b)); }
Expr operator-(Expr a) { return a.with(a.real() ? a.b().CreateFNeg(a) : a.b().CreateNeg(a)); }

Expr operator<(Expr a, Expr b) { return compare(a, b, Predicate::FCMP_OLT, Predicate::ICMP_SLT); }
Expr operator>(Expr a, Expr b) { return compare(a, b, Predicate::FCMP_OGT, Predicate::ICMP_SGT); }
Expr operator<=(Expr a, Expr b) { return compare(a, b, Predicate::FCMP_OLE, Predicate::ICMP_SLE); }
Expr operator>=(Expr a, Expr b) { return compare(a, b, Predicate::FCMP_OGE, Predicate::ICMP_SGE); }
Expr equal(Expr a, Expr b) { return compare(a, b, Predicate::FCMP_OEQ, Predicate::ICMP_EQ); }
Expr is_nan(Expr a) { return a.with(a.b().CreateFCmpUNO(a, a)); }

Expr operator&(Expr a, Expr b) { return a.with(a.b().CreateAnd(a, b)); }
Expr operator|(Expr a, Expr b) { return a.with(a.b().CreateOr(a, b)); }
Expr operator^(Expr a, Expr b) { return a.with(a.b().CreateXor(a, b)); }
Expr operator~(Expr a) { return a.with(a.b().CreateNot(a)); }
Expr operator<<(Expr a, int by) { return a.with(a.b().CreateShl(a, a.integer(by))); }
Expr operator>>(Expr a, int by) { return a.with(a.b().CreateLShr(a, a.integer(by))); }
Expr shift_signed(Expr a, int by) { return a.with(a.b().CreateAShr(a, a.integer(by))); }

Expr select(Expr condition, Expr a, Expr b) { return a.with(a.b().CreateSelect(condition, a, b)); }

Expr fma(Expr a, Expr b, Expr c) {
  if (!a.ir->has_fma()) return a * b + c;
  return a.with(a.b().CreateIntrinsic(llvm::Intrinsic::fma, {a.type()}, {a.value, b.value, c.value}));
}

Expr sqrt(Expr a) { return call(llvm::Intrinsic::sqrt, a); }
Expr abs(Expr a) { return call(llvm::Intrinsic::fabs, a); }

Expr with_sign_of(Expr magnitude, Expr sign) {
  return magnitude.with(magnitude.b().CreateBinaryIntrinsic(llvm::Intrinsic::copysign, magnitude, sign));
}

Expr larger(Expr a, Expr b) { return select(a > b, a, b); }
Expr smaller(Expr a, Expr b) { return select(a < b, a, b); }

// SSE2 has no rounding: adding what makes the last place 1 rounds, and taking it away again leaves the
// result.
Expr nearest(Expr a) {
  if (a.ir->simd() != Simd::sse) return call(llvm::Intrinsic::rint, a);
  const ExactSums exact(*a.ir);
  const Expr limit = a.number(integers_from(a));
  const Expr rounded = (abs(a) + limit) - limit;
  return select(abs(a) < limit, with_sign_of(rounded, a), a);
}

Expr bits_of(Expr real) {
  return real.with(
      real.b().CreateBitCast(real, real.type()->getWithNewType(real.b().getIntNTy(real.bits()))));
}

Expr real_of(Expr bits) {
  llvm::Type* const element = bits.bits() == 32 ? bits.b().getFloatTy() : bits.b().getDoubleTy();
  return bits.with(bits.b().CreateBitCast(bits, bits.type()->getWithNewType(element)));
}

Expr to_integer(Expr real) {
  return real.with(real.b().CreateFPToSI(real, real.type()->getWithNewType(real.b().getIntNTy(real.bits()))));
}

Expr to_real(Expr integer) {
  llvm::Type* const element = integer.bits() == 32 ? integer.b().getFloatTy() : integer.b().getDoubleTy();
  return integer.with(integer.b().CreateSIToFP(integer, integer.type()->getWithNewType(element)));
}

Expr polynomial(Expr x, std::initializer_list<double> coefficients) {
  const double* const first = coefficients.begin();
  const double* next = coefficients.end() - 1;
  Expr sum = x.number(*next);
  while (next != first) sum = fma(sum, x, *--next);
  return sum;
}

}  // namespace tenon::codegen
