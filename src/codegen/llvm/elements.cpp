#include "codegen/llvm/elements.h"

#include <limits>

#include "codegen/llvm/convert.h"
#include "codegen/loop_analysis.h"

namespace tenon::codegen {

namespace {

using Predicate = llvm::CmpInst::Predicate;

Predicate predicate(Op op, DType type) {
  const bool real = is_float(type), is_signed = is_signed_int(type);
  const auto pick = [&](Predicate of_reals, Predicate of_signed, Predicate of_unsigned) {
    return real ? of_reals : is_signed ? of_signed : of_unsigned;
  };
  switch (op) {
    case Op::equal:
      return pick(Predicate::FCMP_OEQ, Predicate::ICMP_EQ, Predicate::ICMP_EQ);
    case Op::not_equal:
      return pick(Predicate::FCMP_UNE, Predicate::ICMP_NE, Predicate::ICMP_NE);
    case Op::less:
      return pick(Predicate::FCMP_OLT, Predicate::ICMP_SLT, Predicate::ICMP_ULT);
    case Op::less_equal:
      return pick(Predicate::FCMP_OLE, Predicate::ICMP_SLE, Predicate::ICMP_ULE);
    case Op::greater:
      return pick(Predicate::FCMP_OGT, Predicate::ICMP_SGT, Predicate::ICMP_UGT);
    case Op::greater_equal:
      return pick(Predicate::FCMP_OGE, Predicate::ICMP_SGE, Predicate::ICMP_UGE);
    default:
      return Predicate::BAD_FCMP_PREDICATE;
  }
}

Expr infinity(Expr like) { return like.number(std::numeric_limits<double>::infinity()); }

Expr sign(Expr x) { return select(x > 0.0, 1.0, select(x < 0.0, -1.0, x)); }

// The integer next to x from one side; SSE2 has no instruction for it.
Expr stepped(llvm::Intrinsic::ID intrinsic, Expr x, double step) {
  if (x.ir->simd() != Simd::sse) return x.with(x.b().CreateUnaryIntrinsic(intrinsic, x));
  const Expr rounded = nearest(x);
  const Expr beyond = step < 0 ? rounded > x : rounded < x;
  return with_sign_of(select(beyond, rounded + step, rounded), x);
}

Expr truncated(Expr x) {
  if (x.ir->simd() != Simd::sse) return x.with(x.b().CreateUnaryIntrinsic(llvm::Intrinsic::trunc, x));
  return with_sign_of(stepped(llvm::Intrinsic::floor, abs(x), -1), x);
}

bool is_number(Expr x) {  // known not to be NaN
  const auto* const constant = llvm::dyn_cast<llvm::Constant>(x.value);
  if (!constant) return false;
  const auto* const number = llvm::dyn_cast_or_null<llvm::ConstantFP>(
      constant->getType()->isVectorTy() ? constant->getSplatValue() : constant);
  return number && !number->isNaN();
}

Expr classified(Op op, Expr x) {
  if (op == Op::is_nan) return is_nan(x);
  const Expr infinite = equal(abs(x), infinity(x));
  return op == Op::is_inf ? infinite : abs(x) < infinity(x);
}

}  // namespace

// The comparison is false of NaN, so that the second operand comes out: it is the one that may be NaN.
Expr float_maximum(Expr a, Expr b) {
  if (is_number(a)) return larger(a, b);
  if (is_number(b)) return larger(b, a);
  return select(is_nan(a), a, larger(a, b));
}

Expr float_minimum(Expr a, Expr b) {
  if (is_number(a)) return smaller(a, b);
  if (is_number(b)) return smaller(b, a);
  return select(is_nan(a), a, smaller(a, b));
}

Expr float_value(Op op, const std::vector<Expr>& args) {
  const Expr x = args[0];
  switch (op) {
    case Op::neg:
      return -x;
    case Op::abs:
      return abs(x);
    case Op::sign:
      return sign(x);
    case Op::floor:
      return stepped(llvm::Intrinsic::floor, x, -1);
    case Op::ceil:
      return stepped(llvm::Intrinsic::ceil, x, 1);
    case Op::round:
      return nearest(x);
    case Op::trunc:
      return truncated(x);
    case Op::sqrt:
      return sqrt(x);
    case Op::rsqrt:
      return 1.0 / sqrt(x);
    case Op::reciprocal:
      return 1.0 / x;
    case Op::is_nan:
    case Op::is_inf:
    case Op::is_finite:
      return classified(op, x);
    case Op::add:
      return x + args[1];
    case Op::sub:
      return x - args[1];
    case Op::mul:
      return x * args[1];
    case Op::div:
      return x / args[1];
    case Op::maximum:
      return float_maximum(x, args[1]);
    case Op::minimum:
      return float_minimum(x, args[1]);
    default:
      return math_value(op, args);
  }
}

LlvmValue bool_value(Ir& ir, Op op, const std::vector<LlvmValue>& args) {
  switch (op) {
    case Op::logical_not:
    case Op::bitwise_not:
      return ir.b().CreateNot(args[0]);
    case Op::logical_and:
    case Op::bitwise_and:
    case Op::minimum:
      return ir.b().CreateAnd(args[0], args[1]);
    case Op::logical_or:
    case Op::bitwise_or:
    case Op::maximum:
      return ir.b().CreateOr(args[0], args[1]);
    default:  // logical_xor, bitwise_xor
      return ir.b().CreateXor(args[0], args[1]);
  }
}

LlvmValue element_value(Ir& ir, Op op, DType type, DType result, const std::vector<LlvmValue>& args) {
  if (op == Op::cast) return convert(ir, args[0], type, result);
  if (op == Op::stop_gradient) return args[0];
  if (op == Op::select) return ir.b().CreateSelect(args[0], args[1], args[2]);
  if (const Predicate p = predicate(op, type); p != Predicate::BAD_FCMP_PREDICATE)
    return ir.b().CreateCmp(p, args[0], args[1]);
  if (type == DType::boolean) return bool_value(ir, op, args);
  std::vector<Expr> values;
  for (const LlvmValue arg : args) values.emplace_back(ir, arg);
  return is_float(type) ? float_value(op, values) : integer_value(op, is_signed_int(type), values);
}

LlvmValue combined(Ir& ir, Combine combine, DType type, LlvmValue a, LlvmValue b) {
  constexpr Op kOps[] = {Op::add, Op::mul, Op::maximum, Op::minimum};
  return element_value(ir, kOps[static_cast<std::size_t>(combine)], type, type, {a, b});
}

llvm::Constant* neutral(Ir& ir, Combine combine, DType type) {
  llvm::Type* const t = ir.in_register(type);
  const bool least = combine == Combine::maximum || combine == Combine::arg_max;
  if (combine == Combine::sum) return llvm::Constant::getNullValue(t);
  if (combine == Combine::product)
    return t->isFloatingPointTy() ? llvm::ConstantFP::get(t, 1) : llvm::ConstantInt::get(t, 1);
  if (t->isFloatingPointTy()) return llvm::ConstantFP::getInfinity(t, least);
  const unsigned bits = t->getIntegerBitWidth();
  if (!is_signed_int(type))
    return llvm::ConstantInt::get(t, least ? llvm::APInt::getMinValue(bits) : llvm::APInt::getMaxValue(bits));
  return llvm::ConstantInt::get(
      t, least ? llvm::APInt::getSignedMinValue(bits) : llvm::APInt::getSignedMaxValue(bits));
}

}  // namespace tenon::codegen
