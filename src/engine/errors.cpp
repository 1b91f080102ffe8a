#include "engine/errors.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace tenon::engine {

namespace {
struct FloatForm {
  int digits;        // of the significand, the hidden one too
  int min_exponent;  // of the smallest normal number, as ilogb counts
};

FloatForm form_of(DType dtype) {
  switch (dtype) {
    case DType::f64:
      return {53, -1022};
    case DType::f32:
      return {24, -126};
    case DType::f16:
      return {11, -14};
    default:
      return {8, -126};  // bf16
  }
}

double ulp_at(double value, DType dtype) {
  const FloatForm form = form_of(dtype);
  const int exponent = value == 0 ? form.min_exponent : std::max(std::ilogb(value), form.min_exponent);
  return std::ldexp(1.0, exponent - form.digits + 1);
}

// Infinite where only one of the two is a number.
double distance(double a, double b) {
  if (a == b || (std::isnan(a) && std::isnan(b))) return 0;
  const double between = std::fabs(a - b);
  return std::isnan(between) ? std::numeric_limits<double>::infinity() : between;
}
double mean_relative_error(const Tensor& found, const Tensor& wanted) {
  double off = 0, magnitude = 0;
  for (std::int64_t i = 0; i < wanted.size(); ++i) {
    const double value = wanted.number(i);
    const double between = distance(found.number(i), value);
    off += is_float(wanted.dtype()) || between == 0 ? between : 1;
    if (std::isfinite(value)) magnitude += is_float(wanted.dtype()) ? std::fabs(value) : 1;
  }
  return off > 0 ? off / magnitude : 0;
}
}  // namespace

double mean_relative_error(const NamedTensors& found, const NamedTensors& wanted) {
  double worst = 0;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    const Tensor& output = found[i].second;
    if (output.dtype() != wanted[i].second.dtype() || output.shape() != wanted[i].second.shape())
      return std::numeric_limits<double>::infinity();
    worst = std::max(worst, mean_relative_error(output, wanted[i].second));
  }
  return worst;
}

OutputError error_between(const std::string& output, const Tensor& found, const Tensor& wanted) {
  OutputError error{output, 0, 0, 0};
  if (found.dtype() != wanted.dtype() || found.shape() != wanted.shape()) {
    constexpr double kNothingAlike = std::numeric_limits<double>::infinity();
    return {output, kNothingAlike, kNothingAlike, kNothingAlike};
  }
  double largest = 0;
  for (std::int64_t i = 0; i < wanted.size(); ++i) {
    const double value = wanted.number(i);
    const double off = distance(found.number(i), value);
    error.absolute = std::max(error.absolute, off);
    if (!std::isfinite(value)) continue;
    largest = std::max(largest, std::fabs(value));
    if (off > 0 && is_float(wanted.dtype()))
      error.ulps = std::max(error.ulps, off / ulp_at(value, wanted.dtype()));
  }
  if (error.absolute > 0) error.relative = error.absolute / largest;
  return error;
}

}  // namespace tenon::engine
