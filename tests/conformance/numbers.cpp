#include "conformance/numbers.h"

#include <array>
#include <bit>
#include <cmath>
#include <limits>

#include "base/convert.h"

namespace tenon::conformance {

namespace {
constexpr double kGolden = 0.6180339887498949;
constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

// Evenly spread in (0, 1), no two the same, in no order.
double spread(std::int64_t place, unsigned seed) {
  return std::fmod(0.13 + 0.37 * seed + kGolden * static_cast<double>(place + 1), 1.0);
}

std::uint64_t scrambled(std::uint64_t x) {
  x = (x ^ (x >> 31)) * 0x9e3779b97f4a7c15u;
  x = (x ^ (x >> 29)) * 0xbf58476d1ce4e5b9u;
  return x ^ (x >> 32);
}

template <class T>
T ordinary(const Input& input, double at) {
  const double x = input.low + (input.high - input.low) * at;
  if constexpr (kIsFloat<T> || std::is_same_v<T, bool>)
    return convert<T>(std::is_same_v<T, bool> ? double(at < 0.5) : x);
  else
    return convert<T>(std::floor(std::is_unsigned_v<T> ? std::fabs(x) : x));
}

template <class T>
std::vector<T> specials() {
  std::vector<T> numbers;
  if constexpr (kIsFloat<T>)
    for (const double x : {kNaN, kInfinity, -kInfinity, 0.0, -0.0}) numbers.push_back(convert<T>(x));
  else
    numbers = {convert<T>(0.0), convert<T>(1.0)};
  return numbers;
}

// The largest finite number, the smallest normal and the smallest of all.
template <class T>
std::vector<double> ends_of_floats() {
  if constexpr (std::is_same_v<T, double>)
    return {std::numeric_limits<double>::max(), std::numeric_limits<double>::min(), 5e-324};
  else if constexpr (std::is_same_v<T, Half>)
    return {65504, 0x1p-14, 0x1p-24};
  else if constexpr (std::is_same_v<T, BFloat16>)
    return {0x1.fep127, 0x1p-126, 0x1p-133};
  else
    return {std::numeric_limits<float>::max(), std::numeric_limits<float>::min(), 0x1p-149};
}

template <class T>
std::vector<T> extremes() {
  std::vector<T> numbers = specials<T>();
  if constexpr (kIsFloat<T>) {
    std::vector<double> more = {0.5, 1, 1.5, 2, 2.5, 3, 88.8, 104, 1e5, 1e22};
    for (const double end : ends_of_floats<T>()) more.push_back(end);
    for (const double x : more) {
      numbers.push_back(convert<T>(x));
      numbers.push_back(convert<T>(-x));
    }
  } else if constexpr (!std::is_same_v<T, bool>) {
    using Limits = std::numeric_limits<T>;
    for (const auto x : {Limits::min(), Limits::max(), T(Limits::max() - 1), T(-1), T(2), T(3), T(7), T(8),
                         T(31), T(32), T(63), T(64), T(65)})
      numbers.push_back(x);
  }
  return numbers;
}

// Every second number is one of the list, in an order that is another one for each input, so that inputs meet
// in many pairs.
template <class T>
void strew(const Tensor& tensor, const std::vector<T>& list, unsigned seed) {
  const auto elements = tensor.as<T>();
  for (std::size_t i = seed % 2; i < elements.size(); i += 2)
    elements[i] = list[scrambled(i * 977 + std::size_t{seed} * 7919) % list.size()];
}

double epsilon_of(DType dtype) {
  switch (dtype) {
    case DType::f64:
      return 0x1p-52;
    case DType::f32:
      return 0x1p-23;
    case DType::f16:
      return 0x1p-10;
    default:
      return 0x1p-7;
  }
}

double smallest_of(DType dtype) {
  switch (dtype) {
    case DType::f64:
      return 5e-324;
    case DType::f32:
      return 0x1p-149;
    case DType::f16:
      return 0x1p-24;
    default:
      return 0x1p-133;
  }
}

double largest_of(DType dtype) {
  return with_type(dtype, [&]<class T>() -> double {
    if constexpr (kIsFloat<T>)
      return ends_of_floats<T>()[0];
    else
      return 0;
  });
}

double unit_in_last_place(double x, DType dtype) {
  return std::max(std::ldexp(epsilon_of(dtype), std::ilogb(x)), smallest_of(dtype));
}

double tolerance(double right, DType dtype, Bound bound, double magnitude) {
  switch (bound.kind) {
    case Bound::Kind::ulps:
      return right == 0 ? bound.factor * smallest_of(dtype) : bound.factor * unit_in_last_place(right, dtype);
    case Bound::Kind::near:
      return bound.factor * epsilon_of(dtype) * std::max(1.0, std::fabs(right));
    case Bound::Kind::sum:
      return bound.factor * epsilon_of(dtype) * magnitude;
    default:
      return 0;
  }
}

bool agree(double got, double right, DType dtype, Bound bound, double magnitude) {
  if (right != right || got != got) return right != right && got != got;
  if (got == right)
    return got != 0 || bound.kind > Bound::Kind::ulps || std::signbit(got) == std::signbit(right);
  const double allowed = tolerance(std::isinf(right) ? largest_of(dtype) : right, dtype, bound, magnitude);
  // An infinity and the largest number are neighbours.
  const double a = std::isinf(got) ? std::copysign(largest_of(dtype), got) : got;
  const double b = std::isinf(right) ? std::copysign(largest_of(dtype), right) : right;
  return allowed > 0 && std::fabs(a - b) <= allowed;
}

template <class T>
bool same_element(T a, T b) {
  using Bits = std::array<std::byte, sizeof(T)>;
  return std::bit_cast<Bits>(a) == std::bit_cast<Bits>(b);
}
}  // namespace

Tensor make_smooth_numbers(const Input& input, DType dtype, unsigned seed) {
  Tensor tensor = Tensor::empty(input.dtype.value_or(dtype), input.shape);
  with_type(tensor.dtype(), [&]<class T>() {
    std::int64_t place = 0;
    for (T& element : tensor.as<T>()) element = ordinary<T>(input, spread(place++, seed));
  });
  return tensor;
}

Tensor make_numbers(const Input& input, DType dtype, unsigned seed) {
  const Tensor tensor = make_smooth_numbers(input, dtype, seed);
  if (input.among == Among::nothing) return tensor;
  with_type(tensor.dtype(), [&]<class T>() {
    strew(tensor, input.among == Among::specials ? specials<T>() : extremes<T>(), seed);
  });
  return tensor;
}

Tensor magnitudes(const Tensor& x) {
  Tensor result = x.cast(DType::f64).clone();
  for (double& element : result.as<double>()) element = std::fabs(element);
  return result;
}

std::optional<std::string> difference(const Tensor& got, const Tensor& right, Bound bound,
                                      const Tensor& magnitude) {
  if (got.dtype() != right.dtype() || got.shape() != right.shape())
    return cat("is ", to_string(got), " and should be ", to_string(right));
  const bool exact = bound.kind == Bound::Kind::bits || !is_float(right.dtype());
  for (std::int64_t i = 0; i < right.size(); ++i) {
    const double a = got.number(i);
    const double b = right.number(i);
    const bool same = with_type(right.dtype(), [&]<class T>() {
      const auto at = static_cast<std::size_t>(i);
      return same_element(got.as<T>()[at], right.as<T>()[at]);
    });
    const double size = magnitude.defined() ? magnitude.number(i) : 0;
    if (same || (exact ? a != a && b != b : agree(a, b, right.dtype(), bound, size))) continue;
    return cat("at ", i, " is ", a, " and should be ", b);
  }
  return std::nullopt;
}

}  // namespace tenon::conformance
