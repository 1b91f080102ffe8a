// The inverse functions of the trigonometric ones.
#include "codegen/llvm/math.h"

namespace tenon::codegen {

namespace {

constexpr double kPi = 3.141592653589793;
constexpr double kHalfPi = 1.5707963267948966;
constexpr double kQuarterPi = 0.78539816339744828;

// The arc tangent of 0 to 1. In f64 what is above tan(pi/8) is turned back by pi/4 first.
Expr arc_tangent(Expr x) {
  if (x.bits() == 32) {
    const Expr square = x * x;
    const Expr tail =
        polynomial(square, {-0.33333299089623714, 0.19998548285242213, -0.142642416438262,
                            0.10952185502849508, -0.084034494509144339, 0.057957577999833643,
                            -0.031177829975095411, 0.010914597004377261, -0.0017936196907228908});
    return fma(x * square, tail, x);
  }
  const Expr upper = x > 0.41421356237309503;
  const Expr turned = select(upper, (x - 1.0) / (x + 1.0), x);
  const Expr square = turned * turned;
  const Expr tail = polynomial(
      square, {-0.33333333333333326, 0.19999999999997647, -0.14285714285385684, 0.11111111088052164,
               -0.090909081406147257, 0.076922826826682333, -0.066662258008206507, 0.058770138925485417,
               -0.052183620121625203, 0.04503408571942781, -0.033471846114341966, 0.015193123893845853});
  const Expr angle = fma(turned * square, tail, turned);
  return select(upper, angle + kQuarterPi, angle);
}

// asin(s) for s = sqrt(square) of at most 1/2.
Expr arc_sine(Expr s, Expr square) {
  const Expr tail =
      polynomial(square, {{0.16666659944626769, 0.075005071893206585, 0.044516336851567993,
                           0.031813207136425325, 0.014416690289855738, 0.037548754822259028},
                          {0.16666666666666763, 0.074999999999703831, 0.044642857175031622, 0.030381942686636,
                           0.02237221560977784, 0.017351600397000386, 0.013980964797573747,
                           0.011397693062368338, 0.01078729560866655, 0.0036790410949912315,
                           0.021775844450580537, -0.021098353024041509, 0.032692244858739568}});
  return fma(s * square, tail, s);
}

struct Half {
  Expr upper;  // |x| above 1/2: the angle is measured from where the sine is 1
  Expr angle;  // asin(|x|), or of sqrt((1 - |x|) / 2)
};

Half half_angle(Expr x) {
  const Expr magnitude = abs(x);
  const Expr upper = magnitude > 0.5;
  const Expr square = select(upper, (1.0 - magnitude) * 0.5, magnitude * magnitude);
  return {upper, arc_sine(select(upper, sqrt(square), magnitude), square)};
}

}  // namespace

Expr asin_of(Expr x) {
  const auto [upper, angle] = half_angle(x);
  const Expr rest = x.number(by_width(x, -4.3711388286737929e-8, 6.123233995736766e-17));  // of pi/2, rounded
  return with_sign_of(select(upper, (kHalfPi - (angle + angle)) + rest, angle), x);
}

Expr acos_of(Expr x) {
  const auto [upper, angle] = half_angle(x);
  const Expr twice = angle + angle;
  const Expr outer = select(x < 0.0, kPi - twice, twice);
  return select(upper, outer, kHalfPi - with_sign_of(angle, x));
}

Expr atan_of(Expr x) {
  const Expr magnitude = abs(x);
  const Expr beyond = magnitude > 1.0;
  const Expr angle = arc_tangent(select(beyond, 1.0 / magnitude, magnitude));
  return with_sign_of(select(beyond, kHalfPi - angle, angle), x);
}

Expr atan2_of(Expr y, Expr x) {
  const Expr across = abs(x), up = abs(y);
  const Expr steep = up > across;
  const Expr low = select(steep, across, up), high = select(steep, up, across);
  const Expr ratio = select(equal(high, 0.0), 0.0, select(equal(low, infinity_like(x)), 1.0, low / high));
  const Expr angle = arc_tangent(ratio);
  const Expr first = select(steep, kHalfPi - angle, angle);
  const Expr left = bits_of(x) < bits_of(x).integer(0);  // -0 counts
  const Expr whole = with_sign_of(select(left, kPi - first, first), y);
  const Expr unknown = is_nan(x) | is_nan(y);
  return select(unknown, x + y, whole);
}

}  // namespace tenon::codegen
