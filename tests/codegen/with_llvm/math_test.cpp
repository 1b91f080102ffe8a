// How far the vector math is from the right result, in units of the result's last place, over dense samples
// and special numbers, for each kind of processor.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <iterator>
#include <limits>
#include <random>

#include "codegen/compile.h"
#include "codegen/loop_builder.h"
#include "tenon/error.h"

namespace tenon::codegen {
namespace {

using Exact = long double (*)(long double, long double);

struct Function {
  Op op;
  const char* name;
  int arguments;
  Exact exact;
  double low, high;  // where most samples lie; others are spread over all numbers
  double f32_ulps;
  double f64_ulps;
};

const Function kFunctions[] = {
    {Op::exp, "exp", 1, [](long double x, long double) { return std::exp(x); }, -105, 90, 1, 1.5},
    {Op::expm1, "expm1", 1, [](long double x, long double) { return std::expm1(x); }, -30, 90, 2, 2},
    {Op::log, "log", 1, [](long double x, long double) { return std::log(x); }, 0, 4, 1, 1.5},
    {Op::log1p, "log1p", 1, [](long double x, long double) { return std::log1p(x); }, -1, 3, 2, 2},
    {Op::tanh, "tanh", 1, [](long double x, long double) { return std::tanh(x); }, -10, 10, 2, 3},
    {Op::sinh, "sinh", 1, [](long double x, long double) { return std::sinh(x); }, -90, 90, 2.5, 3},
    {Op::cosh, "cosh", 1, [](long double x, long double) { return std::cosh(x); }, -90, 90, 2, 2},
    {Op::erf, "erf", 1, [](long double x, long double) { return std::erf(x); }, -6, 6, 2, 4},
    {Op::sin, "sin", 1, [](long double x, long double) { return std::sin(x); }, -500, 500, 1.5, 3},
    {Op::cos, "cos", 1, [](long double x, long double) { return std::cos(x); }, -500, 500, 1.5, 3},
    {Op::tan, "tan", 1, [](long double x, long double) { return std::tan(x); }, -500, 500, 3, 4},
    {Op::asin, "asin", 1, [](long double x, long double) { return std::asin(x); }, -1, 1, 2, 2},
    {Op::acos, "acos", 1, [](long double x, long double) { return std::acos(x); }, -1, 1, 2, 2},
    {Op::atan, "atan", 1, [](long double x, long double) { return std::atan(x); }, -5, 5, 2, 2},
    {Op::atan2, "atan2", 2, [](long double y, long double x) { return std::atan2(y, x); }, -3, 3, 3, 3},
    {Op::pow, "pow", 2, [](long double x, long double y) { return std::pow(x, y); }, -10, 10, 1, 4},
    {Op::rem, "rem", 2, [](long double x, long double y) { return std::fmod(x, y); }, -10, 10, 0.5, 0.5},
};

constexpr std::int64_t kSamples = 20000;

template <class T>
std::vector<T> specials() {
  using Limits = std::numeric_limits<T>;
  std::vector<T> numbers;
  for (const T x :
       {T{0}, T{0.5}, T{1}, T{1.5}, T{2}, T{3}, T{1e5}, T{1e22}, Limits::denorm_min(), Limits::min(),
        Limits::epsilon(), Limits::max(), Limits::infinity(), std::nextafter(T{1}, T{0})})
    numbers.insert(numbers.end(), {x, -x});
  numbers.push_back(Limits::quiet_NaN());
  return numbers;
}

template <class T>
using BitsOf = std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>;

// Specials in all pairs, numbers of all magnitudes, then the usual range.
template <class T>
std::vector<T> samples(const Function& function, int argument) {
  std::mt19937_64 generator(static_cast<std::uint64_t>(argument) + 7);
  std::uniform_real_distribution<T> usual(static_cast<T>(function.low), static_cast<T>(function.high));
  const std::vector<T> special = specials<T>();
  std::vector<T> numbers;
  for (std::size_t i = 0; i < special.size(); ++i)
    for (std::size_t j = 0; j < special.size(); ++j) numbers.push_back(special[argument ? j : i]);
  while (numbers.size() < kSamples / 4)
    numbers.push_back(std::bit_cast<T>(static_cast<BitsOf<T>>(generator())));
  while (numbers.size() < kSamples) numbers.push_back(usual(generator));
  return numbers;
}

Kernel kernel_of(const Function& function, DType type) {
  KernelBuilder k(function.name);
  std::vector<Buffer> inputs;
  for (int i = 0; i < function.arguments; ++i) inputs.push_back(k.input(type, kSamples));
  const Buffer output = k.output(type, kSamples);
  k.loop(kSamples, LoopKind::vector, 1, [&](Var i) {
    std::vector<Scalar> args;
    for (const Buffer input : inputs) args.push_back(k.load(input, k.variable(i)));
    k.store(output, k.variable(i), k.op(function.op, type, args));
  });
  return k.finish();
}

template <class T>
double ulps(T got, long double exact) {
  const T wanted = static_cast<T>(exact);
  if (std::isnan(wanted)) return std::isnan(got) ? 0 : 1e9;
  if (got == wanted) return std::signbit(got) == std::signbit(wanted) ? 0 : 1e9;
  if (std::isinf(got) && std::fabs(wanted) == std::numeric_limits<T>::max()) return 1;
  if (std::isinf(got) || std::isinf(wanted) || std::isnan(got)) return 1e9;
  const T magnitude = std::max(std::fabs(wanted), std::numeric_limits<T>::min());
  const T place = std::nextafter(magnitude, std::numeric_limits<T>::infinity()) - magnitude;
  return static_cast<double>(std::fabs(static_cast<long double>(got) - exact) / place);
}

template <class T>
void expect_accurate(const Function& function, const CompiledKernel& compiled, double limit,
                     const std::string& on) {
  const std::vector<T> a = samples<T>(function, 0), b = samples<T>(function, 1);
  std::vector<T> out(kSamples);
  void* buffers[3] = {const_cast<T*>(a.data()), const_cast<T*>(b.data()), out.data()};
  if (function.arguments == 1) buffers[1] = out.data();
  compiled.run(buffers);
  double worst = 0;
  std::size_t at = 0;
  for (std::size_t i = 0; i < out.size(); ++i) {
    const double error = ulps(out[i], function.exact(a[i], b[i]));
    if (error > worst) worst = error, at = i;
  }
  EXPECT_LE(worst, limit) << on << ": " << function.name << "(" << a[at] << ", " << b[at] << ") is "
                          << out[at] << ", not " << static_cast<T>(function.exact(a[at], b[at]));
}

class Math : public testing::TestWithParam<Simd> {};

TEST_P(Math, IsAsAccurateAsStated) {
  for (const DType type : {DType::f32, DType::f64}) {
    std::vector<Kernel> kernels;
    for (const Function& function : kFunctions) kernels.push_back(kernel_of(function, type));
    const auto compiled = compile(kernels, {.target = {GetParam()}, .cache = false});
    const std::string on = cat(name_of(GetParam()), ' ', type);
    for (std::size_t i = 0; i < kernels.size(); ++i) {
      if (type == DType::f32)
        expect_accurate<float>(kFunctions[i], compiled[i], kFunctions[i].f32_ulps, on);
      else
        expect_accurate<double>(kFunctions[i], compiled[i], kFunctions[i].f64_ulps, on);
    }
  }
}

// Those that this machine runs.
std::vector<Simd> targets() {
  std::vector<Simd> targets;
  std::ranges::copy_if(std::array{Simd::sse, Simd::avx2, Simd::avx512}, std::back_inserter(targets), has);
  return targets;
}

GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(Math);
INSTANTIATE_TEST_SUITE_P(Targets, Math, testing::ValuesIn(targets()),
                         [](const auto& target) { return std::string(name_of(target.param)); });

}  // namespace
}  // namespace tenon::codegen
