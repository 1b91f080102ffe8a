#include "codegen/llvm/math.h"

#include <llvm/IR/IntrinsicsX86.h>

#include <stdexcept>

#include "codegen/llvm/elements.h"

namespace tenon::codegen {

Rounded rounded_product(Expr x, double factor) {
  const Expr magic = x.number(by_width(x, 0x1.8p23, 0x1.8p52));
  const Expr shifted = fma(x, factor, magic);
  return {shifted - magic, bits_of(shifted) - bits_of(magic)};
}

Expr small_real(Expr integer) {
  if (integer.bits() == 32) return to_real(integer);
  const Expr magic = integer.integer(0x4338000000000000);  // the bits of 1.5 · 2^52
  return real_of(integer + magic) - 0x1.8p52;
}

namespace {
Expr power_of_two(Expr n, Expr like) {
  const int mantissa = like.bits() == 32 ? 23 : 52;
  return real_of((n + n.integer(like.bits() == 32 ? 127 : 1023)) << mantissa);
}
}  // namespace

Expr scaled(Expr value, const Rounded& n) {
  if (value.ir->simd() == Simd::avx512 && value.bits() == 32 && Ir::width(value) == 16) {
    auto& b = value.b();
    return value.with(b.CreateIntrinsic(llvm::Intrinsic::x86_avx512_mask_scalef_ps_512, {},
                                        {value, n.real, value, b.getInt16(0xffff), b.getInt32(4)}));
  }
  const Expr half = shift_signed(n.integer, 1);
  return value * power_of_two(half, value) * power_of_two(n.integer - half, value);
}

Expr math_value(Op op, const std::vector<Expr>& args) {
  const Expr x = args[0];
  switch (op) {
    case Op::exp:
      return exp_of(x);
    case Op::expm1:
      return expm1_of(x);
    case Op::log:
      return log_of(x);
    case Op::log1p:
      return log1p_of(x);
    case Op::sin:
      return sin_of(x);
    case Op::cos:
      return cos_of(x);
    case Op::tan:
      return tan_of(x);
    case Op::asin:
      return asin_of(x);
    case Op::acos:
      return acos_of(x);
    case Op::atan:
      return atan_of(x);
    case Op::sinh:
      return sinh_of(x);
    case Op::cosh:
      return cosh_of(x);
    case Op::tanh:
      return tanh_of(x);
    case Op::erf:
      return erf_of(x);
    case Op::pow:
      return pow_of(x, args[1]);
    case Op::atan2:
      return atan2_of(x, args[1]);
    case Op::rem:
      return rem_of(x, args[1]);
    case Op::mod:
      return mod_of(x, args[1]);
    default:
      throw std::logic_error("an op that the LLVM printer does not know");
  }
}

}  // namespace tenon::codegen
