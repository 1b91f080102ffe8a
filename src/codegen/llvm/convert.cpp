#include "codegen/llvm/convert.h"

#include <cmath>

#include "codegen/llvm/expr.h"
#include "codegen/loop_analysis.h"

namespace tenon::codegen {

namespace {

constexpr std::int64_t kSign = std::int64_t{1} << 31;

// To the nearest bf16, in the upper half of the bits. A NaN stays one.
Expr bfloat_bits(Expr x) {
  const Expr bits = bits_of(x);
  const Expr rounded = bits + bits.integer(0x7fff) + ((bits >> 16) & 1);
  return select(is_nan(x), bits | 0x400000, rounded) & ~std::int64_t{0xffff};
}

// To the nearest f16, in the lower half, for processors without the instruction. Adding 1/2 to a number below
// 2^-14 rounds it to the places of an f16 that small.
Expr half_bits(Expr x) {
  const Expr sign = bits_of(x) & -kSign;
  const Expr magnitude = bits_of(x) ^ sign;
  const Expr shifted = magnitude + magnitude.integer(0xfff - 0x38000000) + ((magnitude >> 13) & 1);
  const Expr normal = select(shifted > shifted.integer(0x7c00 << 13), shifted.integer(0x7c00), shifted >> 13);
  const Expr small = bits_of(real_of(magnitude) + 0.5) - magnitude.integer(0x3f000000);
  const Expr number = select(magnitude < magnitude.integer(0x38800000), small, normal);
  return select(is_nan(x), number.integer(0x7e00), number) | (sign >> 16);
}

Expr half_value(Expr bits) {
  const Expr magnitude = bits & 0x7fff;
  const Expr normal = (magnitude << 13) + magnitude.integer(0x38000000);
  const Expr infinite = (magnitude << 13) | 0x7f800000;
  const Expr small = bits_of(to_real(magnitude) * 0x1p-24);
  const Expr number = select(magnitude < magnitude.integer(0x400), small,
                             select(magnitude < magnitude.integer(0x7c00), normal, infinite));
  return real_of(number | ((bits & 0x8000) << 16));
}

llvm::Type* like(LlvmValue value, llvm::Type* element) { return Ir::vector(element, Ir::width(value)); }

// To f32 so that rounding once more is as if there had been one rounding: what is cut off shows in the last
// bit.
Expr round_to_odd(Ir& ir, LlvmValue wide) {
  const Expr x(ir, wide);
  const Expr near(ir, ir.b().CreateFPTrunc(wide, like(wide, ir.b().getFloatTy())));
  const Expr back(ir, ir.b().CreateFPExt(near, wide->getType()));
  const auto as_bit = [&](Expr truth) { return Expr(ir, ir.b().CreateZExt(truth, bits_of(near).type())); };
  const Expr towards_zero = bits_of(near) - as_bit(abs(back) > abs(x));
  const Expr inexact(ir, ir.b().CreateFCmpONE(back, x));
  return real_of(towards_zero | as_bit(inexact));
}

LlvmValue narrowed(Ir& ir, LlvmValue value, DType to) {
  return from_memory(ir, to, to_memory(ir, to, value));
}

LlvmValue to_narrow_float(Ir& ir, LlvmValue value, DType from, DType to) {
  if (from == DType::f64) return narrowed(ir, round_to_odd(ir, value), to);
  if (is_int(from) && size_of(from) >= 4)
    return to_narrow_float(ir, convert(ir, value, from, DType::f64), DType::f64, to);
  return narrowed(ir, convert(ir, value, from, DType::f32), to);
}

LlvmValue to_float(Ir& ir, LlvmValue value, DType from, DType to) {
  llvm::Type* const type = like(value, ir.in_register(to));
  if (is_signed_int(from)) return ir.b().CreateSIToFP(value, type);
  if (!is_float(from)) return ir.b().CreateUIToFP(value, type);
  return ir.b().CreateFPCast(value, type);
}

// Vectors of bytes have no conversion of their own: LLVM would take them apart.
LlvmValue float_to_narrow_integer(Ir& ir, LlvmValue value, DType to) {
  const auto bits = static_cast<int>(8 * size_of(to));
  const double most = std::ldexp(1.0, is_signed_int(to) ? bits - 1 : bits) - 1;
  const double least = is_signed_int(to) ? -most - 1 : 0;
  const Expr x(ir, value);
  const Expr number = is_signed_int(to) ? select(is_nan(x), 0.0, x) : x;
  const Expr within = smaller(larger(number, number.number(least)), number.number(most));
  return ir.b().CreateTrunc(to_integer(within), like(value, ir.in_register(to)));
}

LlvmValue float_to_integer(Ir& ir, LlvmValue value, DType to) {
  if (size_of(to) < 4) return float_to_narrow_integer(ir, value, to);
  llvm::Type* const type = like(value, ir.in_register(to));
  const auto saturate = is_signed_int(to) ? llvm::Intrinsic::fptosi_sat : llvm::Intrinsic::fptoui_sat;
  return ir.b().CreateIntrinsic(saturate, {type, value->getType()}, {value});
}

LlvmValue to_bool(Ir& ir, LlvmValue value) {
  llvm::Constant* const zero = llvm::Constant::getNullValue(value->getType());
  return value->getType()->isFPOrFPVectorTy() ? ir.b().CreateFCmpUNE(value, zero)
                                              : ir.b().CreateICmpNE(value, zero);
}

}  // namespace

LlvmValue from_memory(Ir& ir, DType type, LlvmValue element) {
  if (type == DType::boolean) return to_bool(ir, element);
  if (register_type(type) == type) return element;
  if (element->getType()->isFPOrFPVectorTy())
    return ir.b().CreateFPExt(element, like(element, ir.b().getFloatTy()));
  const Expr bits(ir, ir.b().CreateZExt(element, like(element, ir.b().getInt32Ty())));
  return type == DType::bf16 ? real_of(bits << 16) : half_value(bits);
}

LlvmValue to_memory(Ir& ir, DType type, LlvmValue value) {
  if (type == DType::boolean) return ir.b().CreateZExt(value, like(value, ir.b().getInt8Ty()));
  if (register_type(type) == type) return value;
  if (ir.in_memory(type)->isHalfTy()) return ir.b().CreateFPTrunc(value, like(value, ir.b().getHalfTy()));
  const Expr x(ir, value);
  return ir.b().CreateTrunc(type == DType::bf16 ? bfloat_bits(x) >> 16 : half_bits(x),
                            like(value, ir.b().getInt16Ty()));
}

LlvmValue convert(Ir& ir, LlvmValue value, DType from, DType to) {
  if (to == DType::boolean) return from == to ? value : to_bool(ir, value);
  if (register_type(to) != to) return to_narrow_float(ir, value, from, to);
  if (register_type(from) == to) return value;
  if (is_float(to)) return to_float(ir, value, from, to);
  if (is_float(from)) return float_to_integer(ir, value, to);
  return ir.b().CreateIntCast(value, like(value, ir.in_register(to)), is_signed_int(from));
}

}  // namespace tenon::codegen
