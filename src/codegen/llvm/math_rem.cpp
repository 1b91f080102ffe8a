// Remainders of floats, exact. A quotient can have two thousand bits: each step takes off the upper ones, as
// many as a product can have without rounding.
#include "codegen/llvm/elements.h"
#include "codegen/llvm/math.h"

namespace tenon::codegen {

namespace {

constexpr double kShortQuotient = 0x1p26;

// dividend - quotient·divisor, which is a double, though the product is none.
Expr exact_difference(Expr dividend, Expr quotient, Expr divisor) {
  if (dividend.ir->has_fma()) return fma(-quotient, divisor, dividend);
  const Expr upper = real_of(bits_of(divisor) & ~((std::int64_t{1} << 27) - 1));
  return (dividend - quotient * upper) - quotient * (divisor - upper);
}

Expr step(Expr dividend, Expr divisor) {
  Expr scaled = divisor;  // by so much that the quotient does not overflow
  for (int times = 0; times < 2; ++times)
    scaled = select(dividend >= scaled * 0x1p600, scaled * 0x1p600, scaled);
  const Expr quotient = dividend / scaled;
  const Expr upper_bits = real_of(bits_of(quotient) & ~((std::int64_t{1} << 27) - 1));
  const Expr whole = select(quotient < kShortQuotient, float_value(Op::trunc, {quotient}), upper_bits);
  const Expr left = exact_difference(dividend, whole, scaled);
  return select(left < 0.0, left + scaled, left);
}

// The body of a function of two doubles, both positive.
void write_positive_remainder(Ir& ir, llvm::Function* function) {
  auto& b = ir.b();
  const ExactSums exact(ir);
  const Expr divisor(ir, function->getArg(1));
  llvm::BasicBlock* const entry = b.GetInsertBlock();
  const auto new_block = [&](const char* name) {
    return llvm::BasicBlock::Create(b.getContext(), name, function);
  };
  llvm::BasicBlock* const head = new_block("head");
  llvm::BasicBlock* const done = new_block("done");
  b.CreateBr(head);
  b.SetInsertPoint(head);
  llvm::PHINode* const left = b.CreatePHI(divisor.type(), 2);
  left->addIncoming(function->getArg(0), entry);
  const Expr dividend(ir, left);
  const Expr unfinished = (dividend >= divisor) & (divisor > 0.0) & (dividend < infinity_like(dividend));
  const LlvmValue next = select(unfinished, step(dividend, divisor), dividend);
  left->addIncoming(next, head);
  LlvmValue any = unfinished;
  if (Ir::width(any) > 1)
    any = b.CreateIsNotNull(b.CreateBitCast(any, b.getIntNTy(static_cast<unsigned>(Ir::width(any)))));
  b.CreateCondBr(any, head, done);
  b.SetInsertPoint(done);
  b.CreateRet(next);
}

Expr positive_remainder(Expr x, Expr y) {
  auto* const type = llvm::FunctionType::get(x.type(), {x.type(), x.type()}, false);
  llvm::Function* const function =
      x.ir->helper("remainder_x" + std::to_string(Ir::width(x)), type,
                   [&](llvm::Function* made) { write_positive_remainder(*x.ir, made); });
  return x.with(x.b().CreateCall(function, {x.value, y.value}));
}

}  // namespace

Expr rem_of(Expr x, Expr y) {
  auto& b = x.b();
  const Expr dividend = abs(x), divisor = abs(y);
  llvm::Type* const wide = Ir::vector(b.getDoubleTy(), Ir::width(x));
  const Expr left =
      positive_remainder(x.with(b.CreateFPCast(dividend, wide)), x.with(b.CreateFPCast(divisor, wide)));
  const Expr defined = (dividend < infinity_like(x)) & (divisor > 0.0);
  return select(defined, with_sign_of(x.with(b.CreateFPCast(left, x.type())), x), nan_like(x));
}

Expr mod_of(Expr x, Expr y) {
  const Expr left = rem_of(x, y);
  const Expr turned = select((left < 0.0) ^ (y < 0.0), left + y, left);
  return select(equal(left, 0.0), with_sign_of(left.number(0), y), turned);
}

}  // namespace tenon::codegen
