// Sine, cosine and tangent. x = n·pi/2 + r with |r| at most pi/4; n modulo 4 tells which of the two
// polynomials to take, and its sign.
#include "codegen/llvm/math.h"

namespace tenon::codegen {

namespace {

constexpr double kTwoOverPi = 0.63661977236758134;
constexpr double kHalfPi = 1.5707963267948966;

struct Angle {
  Expr rest;
  Expr quarter;  // an integer; its last two bits count
};

// 2 / pi as words of 32 bits, the first behind so many zeros that the word which matters for the smallest
// large number is the first.
constexpr std::uint32_t kNarrowTable[] = {0x0145f306, 0xdc9c882a, 0x53f84eaf, 0xa3ea69bb,
                                          0x81b6c52b, 0x32788720, 0x83fca2c7, 0x57bd778a};
constexpr std::uint32_t kWideTable[] = {
    0x00000000, 0x0a2f9836, 0xe4e44152, 0x9fc2757d, 0x1f534ddc, 0x0db62959, 0x93c43904, 0x1fe5163a,
    0xbdebbc56, 0x1b7246e3, 0xa424dd2e, 0x006492ee, 0xa09d1921, 0xcfe1deb1, 0xcb129a73, 0xee88235f,
    0x52ebb448, 0x4e99c702, 0x6b45f7e4, 0x13991d63, 0x9835339f, 0x49c845f8, 0xbbdf9283, 0xb1ff897f,
    0xfde05980, 0xfef2f118, 0xb5a0a6d1, 0xf6d367ec, 0xf27cb09b, 0x74f463f6, 0x69e5fea2, 0xd7527bac,
    0x7ebe5f17, 0xb3d0739f, 0x78a5292e, 0xa6bfb5fb, 0x11f8d5d0, 0x85603304, 0x6fc7b6ba, 0xbf0cfbc2};
constexpr int kFewestBits = 18;  // a number is large from 2^18 on

Expr resized(Expr integer, unsigned bits) {
  llvm::Type* const type = Ir::vector(integer.b().getIntNTy(bits), Ir::width(integer));
  return integer.with(integer.b().CreateZExtOrTrunc(integer, type));
}

Expr as_double(Expr x) {
  return x.with(x.b().CreateFPCast(x, Ir::vector(x.b().getDoubleTy(), Ir::width(x))));
}
Expr as_type_of(Expr x, Expr like) { return x.with(x.b().CreateFPCast(x, like.type())); }

// Exact: where the processor has no fused product, in double, or with parts of pi/2 whose products with n
// fit.
Angle reduce_small(Expr x) {
  if (x.ir->has_fma()) {
    const Rounded n = rounded_product(x, kTwoOverPi);
    Expr rest = fma(n.real, by_width(x, -0x1.921fb6p+0, -0x1.921fb54442d18p+0), x);
    rest = fma(n.real, by_width(x, 0x1.777a5cp-25, -0x1.1a62633145c07p-54), rest);
    return {fma(n.real, by_width(x, 0x1.ee59dap-50, 0x1.f1976b7ed8fbcp-110), rest), n.integer};
  }
  const ExactSums exact(*x.ir);
  const Expr wide = as_double(x);
  const Rounded n = rounded_product(wide, kTwoOverPi);
  const Expr first = wide - n.real * 0x1.921fb544p+0;
  const Expr rest = (first - n.real * 0x1.0b4611a6p-34) - n.real * 0x1.3198a2e037073p-69;
  return {as_type_of(rest, x), resized(n.integer, x.bits())};
}

Expr table_entry(bool narrow, Expr place) {
  auto& b = place.b();
  llvm::Module& module = place.ir->module();
  const char* const name = narrow ? "two_over_pi_narrow" : "two_over_pi_wide";
  llvm::GlobalVariable* table = module.getGlobalVariable(name, true);
  if (!table) {
    const auto words = narrow ? llvm::ArrayRef<std::uint32_t>(kNarrowTable) : llvm::ArrayRef(kWideTable);
    llvm::Constant* const content = llvm::ConstantDataArray::get(module.getContext(), words);
    table = new llvm::GlobalVariable(module, content->getType(), true, llvm::GlobalValue::InternalLinkage,
                                     content, name);
  }
  const LlvmValue entry = b.CreateGEP(b.getInt32Ty(), table, place.value);
  const int width = Ir::width(place);
  llvm::Type* const type = Ir::vector(b.getInt32Ty(), width);
  const LlvmValue word = width == 1 ? static_cast<LlvmValue>(b.CreateLoad(type, entry))
                                    : b.CreateMaskedGather(type, entry, llvm::Align(4));
  return resized(place.with(word), 64);
}

// So many words of the table from a bit on.
std::vector<Expr> window_of_table(bool narrow, Expr bit, int words) {
  const Expr first = bit >> 5;
  const Expr shift = bit & 31;
  std::vector<Expr> window;
  Expr word = table_entry(narrow, first);
  for (int i = 1; i <= words; ++i) {
    const Expr next = table_entry(narrow, first + first.integer(i));
    const Expr both = (word << 32) | next;
    window.push_back(both.with(both.b().CreateShl(both, shift)) >> 32);
    word = next;
  }
  return window;
}

// The product of 24 (53) bits of x with as many of 2/pi as can matter, in columns of 32 bits; what is above
// the last two bits before the point is never computed.
Angle reduce_large(Expr x) {
  const bool narrow = x.bits() == 32;
  const int mantissa_bits = narrow ? 23 : 52;
  const int words = narrow ? 3 : 6;
  const Expr bits = resized(bits_of(abs(x)), 64);
  const Expr exponent = bits >> mantissa_bits;
  const std::int64_t lowest = kFewestBits + (narrow ? 127 : 1023);
  const Expr hidden = bits.integer(std::int64_t{1} << mantissa_bits);
  const Expr mantissa = (bits & ((std::int64_t{1} << mantissa_bits) - 1)) | hidden;
  // Of lanes that are not large, and of infinities, the exponent is out of the table's range.
  const Expr above = larger(exponent - exponent.integer(lowest), exponent.integer(0));
  const Expr shift = smaller(above, exponent.integer(narrow ? 109 : 1005));
  const std::vector<Expr> window = window_of_table(narrow, shift, words);  // the highest first

  const std::int64_t word = 0xffffffff;
  const Expr low = mantissa & word, high = mantissa >> 32;
  Expr carry = mantissa.integer(0), above_low = carry, above_high = carry, previous = carry;
  std::vector<Expr> digits;  // the lowest first
  for (int i = words - 1; i >= 0; --i) {
    const Expr digit = window[static_cast<std::size_t>(i)];
    const Expr by_low = low * digit, by_high = high * previous;
    const Expr sum = (by_low & word) + above_low + (by_high & word) + above_high + carry;
    digits.push_back(sum & word);
    carry = sum >> 32;
    above_low = by_low >> 32;
    above_high = by_high >> 32;
    previous = digit;
  }
  const auto digit = [&](int from_top) { return digits[static_cast<std::size_t>(words - 1 - from_top)]; };
  const Expr top = (digit(0) << 32) | digit(1);
  const Expr quarter = (top + top.integer(std::int64_t{1} << 61)) >> 62;
  Expr turns = to_real(top - (quarter << 62)) * 0x1p-62 + to_real(digit(2)) * 0x1p-94;
  if (!narrow) turns = turns + to_real(digit(3)) * 0x1p-126;
  const Expr rest = as_type_of(turns * kHalfPi, x);
  const Expr negative = x < 0.0;
  const Expr signed_quarter = resized(quarter, x.bits());
  return {select(abs(x) < infinity_like(x), select(negative, -rest, rest), nan_like(x)),
          select(negative, -signed_quarter, signed_quarter)};
}

LlvmValue pair_of(const Angle& angle) {
  auto& b = angle.rest.b();
  auto* const type = llvm::StructType::get(angle.rest.type(), angle.quarter.type());
  const LlvmValue rest = b.CreateInsertValue(llvm::PoisonValue::get(type), angle.rest, 0);
  return b.CreateInsertValue(rest, angle.quarter, 1);
}

Angle angle_of(Expr like, LlvmValue pair) {
  return {like.with(like.b().CreateExtractValue(pair, 0)), like.with(like.b().CreateExtractValue(pair, 1))};
}

// Large numbers are rare and take long: their reduction is a function, called where some lane has one.
Angle reduce(Expr x) {
  auto& b = x.b();
  const Angle small = reduce_small(x);
  const Expr large = abs(x) >= static_cast<double>(1 << kFewestBits);
  const LlvmValue pair = x.ir->unless_none(large, pair_of(small), [&] {
    auto* const type = llvm::FunctionType::get(pair_of(small)->getType(), {x.type()}, false);
    const std::string name = "reduce_angle_f" + std::to_string(x.bits()) + "x" + std::to_string(Ir::width(x));
    llvm::Function* const function = x.ir->helper(name, type, [&](llvm::Function* made) {
      b.CreateRet(pair_of(reduce_large(x.with(made->getArg(0)))));
    });
    const Angle far = angle_of(x, b.CreateCall(function, {x.value}));
    return pair_of({select(large, far.rest, small.rest), select(large, far.quarter, small.quarter)});
  });
  return angle_of(x, pair);
}

Expr sine_of_rest(Expr r) {
  const Expr square = r * r;
  const Expr tail = polynomial(
      square, {{-0.16666666640587571, 0.0083333292804698197, -0.00019839304401865664, 2.7180463661890251e-06},
               {-0.16666666666666666, 0.0083333333333333228, -0.00019841269841254649, 2.7557319213985169e-06,
                -2.5052104860785101e-08, 1.6058360441782978e-10, -7.5784033847766551e-13}});
  return fma(r * square, tail, r);
}

Expr cosine_of_rest(Expr r) {
  const Expr square = r * r;
  const Expr tail =
      polynomial(square, {{0.041666645554471651, -0.0013887309866652407, 2.4432412981523195e-05},
                          {0.041666666666666595, -0.0013888888888872895, 2.4801587288748244e-05,
                           -2.755731414863942e-07, 2.0875696574688656e-09, -1.1358310594748344e-11}});
  return fma(square * square, tail, 1.0 - square * 0.5);
}

// The sine a number of quarters further.
Expr sine_of(const Angle& angle, int quarters) {
  const Expr quarter = angle.quarter + angle.quarter.integer(quarters);
  const Expr odd = ~equal(quarter & 1, quarter.integer(0));
  const Expr value = select(odd, cosine_of_rest(angle.rest), sine_of_rest(angle.rest));
  const Expr sign = (quarter & 2) << static_cast<int>(quarter.bits() - 2);
  return real_of(bits_of(value) ^ sign);
}

}  // namespace

Expr sin_of(Expr x) { return select(equal(x, 0.0), x, sine_of(reduce(x), 0)); }

Expr cos_of(Expr x) { return sine_of(reduce(x), 1); }

Expr tan_of(Expr x) {
  const Angle angle = reduce(x);
  const Expr sine = sine_of_rest(angle.rest), cosine = cosine_of_rest(angle.rest);
  const Expr odd = ~equal(angle.quarter & 1, angle.quarter.integer(0));
  const Expr value = select(odd, -cosine, sine) / select(odd, sine, cosine);
  return select(equal(x, 0.0), x, value);
}

}  // namespace tenon::codegen
