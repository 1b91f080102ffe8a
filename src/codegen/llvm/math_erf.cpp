// The error function: a polynomial below 1; beyond, 1 less e to the power of another, the logarithm of what
// is left to 1.
#include "codegen/llvm/math.h"

namespace tenon::codegen {

namespace {

Expr near_zero(Expr x) {
  const Fit fit{{0.12837916664983984, -0.37612633854296973, 0.11283697325145357, -0.026859500094309291,
                 0.0052012860380071463, -0.00081455969699954886, 8.3823880487577163e-05},
                {0.12837916709551259, -0.37612638903183748, 0.11283791670954857, -0.026866170645072841,
                 0.0052239776247802964, -0.00085483269787079493, 0.00012055331035600394,
                 -1.4925593474554556e-05, 1.6460972281563147e-06, -1.6350019379114726e-07,
                 1.4657839480395401e-08, -1.1365506091578604e-09, 5.9449851423381472e-11}};
  return fma(x, polynomial(x * x, fit), x);
}

Expr far(Expr magnitude) {
  const Expr x = smaller(magnitude.number(by_width(magnitude, 4, 5.95)), magnitude);
  const Expr place = x.bits() == 32 ? x : x - 1.0;
  const Fit fit{
      {0.00019567546895580529, 1.1276756268555723, 0.63718224666608669, 0.10393159722252129,
       -0.022226920378626454, 0.0030432173679267979, -0.00019593723083841672},
      {1.8496055099332482,      2.6389675142347833,      0.84310725635898398,     0.04156109803473057,
       -0.01003382529253273,    0.0019779020141242518,   -0.00023732008990057216, -2.6284845075197213e-05,
       2.7173321743761047e-05,  -9.6296225793158721e-06, 2.0816370456625904e-06,  -1.5957465336455253e-07,
       -8.8443900881058025e-08, 4.8635532301011312e-08,  -1.4133606279318398e-08, 2.8044423276414873e-09,
       -3.9036366226579551e-10, 3.6646547031013949e-11,  -2.0868599124731286e-12, 5.4429509722262839e-14}};
  return 1.0 - exp_of(-polynomial(place, fit));
}

}  // namespace

Expr erf_of(Expr x) {
  const Expr magnitude = abs(x);
  const Expr border = x.number(by_width(x, 0.92, 1));
  return select(magnitude < border, near_zero(x), with_sign_of(far(magnitude), x));
}

}  // namespace tenon::codegen
