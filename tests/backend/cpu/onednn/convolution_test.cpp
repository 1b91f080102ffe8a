#include "support.h"
#include "windows.h"

namespace tenon::onednn {
namespace {

using Kind = ConvSpec::Kind;
using Algorithm = ConvSpec::Algorithm;

struct Geometry {
  std::int64_t batch = 2, groups = 1, in = 3, out = 5;  // channels of a group
  Windows windows;
};

Shape joined(Shape head, const Shape& tail) {
  head.insert(head.end(), tail.begin(), tail.end());
  return head;
}

ConvSpec spec_of(Kind kind, const Geometry& g, DType dtype = DType::f32) {
  ConvSpec spec;
  spec.kind = kind;
  spec.x = {dtype, joined({g.batch, g.groups * g.in}, g.windows.size), {}};
  spec.y = {dtype, joined({g.batch, g.groups * g.out}, outputs(g.windows)), {}};
  spec.w = {
      dtype, joined(g.groups > 1 ? Shape{g.groups, g.out, g.in} : Shape{g.out, g.in}, g.windows.kernel), {}};
  spec.strides = g.windows.strides;
  spec.dilations = g.windows.dilations;
  spec.pad_begin = g.windows.pad_begin;
  spec.pad_end = g.windows.pad_end;
  spec.algorithm = Algorithm::direct;
  return spec;
}

// Where one product of the convolution finds its factors, as positions in x, w and y.
struct Product {
  std::size_t x, w, y;
};

template <class Visit>
void for_each_product(const Geometry& g, Visit&& visit) {
  const auto table = input_positions(g.windows);
  const auto inputs = static_cast<std::size_t>(element_count(g.windows.size));
  const auto taps = static_cast<std::size_t>(element_count(g.windows.kernel));
  const auto in = static_cast<std::size_t>(g.in), out = static_cast<std::size_t>(g.out);
  const std::size_t positions = table.size() / taps, results = static_cast<std::size_t>(g.groups) * out;
  for (std::size_t plane = 0; plane < static_cast<std::size_t>(g.batch) * results; ++plane)
    for (std::size_t i = 0; i < in; ++i)
      for (std::size_t at = 0; at < table.size(); ++at)
        if (table[at])
          visit(Product{(plane / out * in + i) * inputs + *table[at],
                        (plane % results * in + i) * taps + at % taps, plane * positions + at / taps});
}

struct Arrays {
  Numbers x, w, y;
};

Arrays random_arrays(const ConvSpec& spec) {
  return {random_numbers(spec.x.dims, spec.x.dtype, 1), random_numbers(spec.w.dims, spec.w.dtype, 2),
          random_numbers(spec.y.dims, spec.y.dtype, 3)};
}

// How many products one result sums, at most.
double depth(const ConvSpec& spec, const Geometry& g) {
  const auto taps = static_cast<double>(element_count(g.windows.kernel));
  if (spec.kind == Kind::filter_gradient)
    return static_cast<double>(g.batch * element_count(outputs(g.windows)));
  return taps * static_cast<double>(spec.kind == Kind::input_gradient ? g.out : g.in);
}

// A sum of n products of numbers in [-1, 1] is off by at most a few units of its magnitude, about sqrt(n);
// the Winograd transforms lose another digit.
void expect_sums(const ConvSpec& spec, const Geometry& g, const Numbers& actual, const Numbers& expected) {
  const double n = depth(spec, g);
  const double sum_unit = unit_roundoff(DType::f32) * (spec.algorithm == Algorithm::winograd ? 32 : 8);
  expect_close(actual, expected, n, sum_unit + unit_roundoff(spec.x.dtype) / std::sqrt(n));
}

void check_forward(const ConvSpec& spec, const Geometry& g) {
  auto primitive = make_convolution(spec, kThreads);
  ASSERT_TRUE(primitive) << to_string(spec.x) << " by " << to_string(spec.w);
  const Arrays in = random_arrays(spec);
  Numbers expected(in.y.size());
  for_each_product(g, [&](const Product& p) { expected[p.y] += in.x[p.x] * in.w[p.w]; });
  expect_sums(spec, g, run(*primitive, {in.x, in.w, in.y}).back(), expected);
}

void check_input_gradient(ConvSpec spec, const Geometry& g) {
  spec.kind = Kind::input_gradient;
  auto primitive = make_convolution(spec, kThreads);
  ASSERT_TRUE(primitive) << to_string(spec.x) << " by " << to_string(spec.w);
  const Arrays in = random_arrays(spec);
  Numbers expected(in.x.size());
  for_each_product(g, [&](const Product& p) { expected[p.x] += in.y[p.y] * in.w[p.w]; });
  expect_sums(spec, g, run(*primitive, {in.y, in.w, in.x}).back(), expected);
}

void check_filter_gradient(ConvSpec spec, const Geometry& g) {
  spec.kind = Kind::filter_gradient;
  auto primitive = make_convolution(spec, kThreads);
  ASSERT_TRUE(primitive) << to_string(spec.x) << " by " << to_string(spec.w);
  const Arrays in = random_arrays(spec);
  Numbers expected(in.w.size());
  for_each_product(g, [&](const Product& p) { expected[p.w] += in.x[p.x] * in.y[p.y]; });
  expect_sums(spec, g, run(*primitive, {in.x, in.y, in.w}).back(), expected);
}

void check_all(const Geometry& g, DType dtype = DType::f32) {
  check_forward(spec_of(Kind::forward_inference, g, dtype), g);
  check_forward(spec_of(Kind::forward_training, g, dtype), g);
  check_input_gradient(spec_of(Kind::input_gradient, g, dtype), g);
  check_filter_gradient(spec_of(Kind::filter_gradient, g, dtype), g);
}

Geometry square(std::int64_t in, std::int64_t out, std::int64_t size, std::int64_t kernel, std::int64_t pad) {
  return {2, 1, in, out, {{size, size}, {kernel, kernel}, {1, 1}, {1, 1}, {pad, pad}, {pad, pad}}};
}

using ConvolutionTest = OneDnn;

TEST_F(ConvolutionTest, OneDimension) {
  check_all({2, 1, 5, 7, {{11}, {3}, {1}, {1}, {1}, {1}}});
  check_all({2, 1, 16, 16, {{12}, {4}, {2}, {1}, {0}, {3}}});
}

TEST_F(ConvolutionTest, TwoDimensions) {
  for (const DType dtype : {DType::f32, DType::bf16}) {
    check_all(square(3, 16, 9, 3, 1), dtype);
    check_all(square(16, 17, 7, 1, 0), dtype);
    check_all(square(20, 33, 6, 5, 2), dtype);
  }
}

TEST_F(ConvolutionTest, ThreeDimensions) {
  check_all({1, 1, 4, 8, {{5, 4, 6}, {3, 2, 3}, {1, 2, 1}, {1, 1, 1}, {1, 0, 1}, {1, 1, 0}}});
}

TEST_F(ConvolutionTest, OneInputChannel) { check_all(square(1, 32, 10, 3, 0)); }

TEST_F(ConvolutionTest, Groups) {
  for (const DType dtype : {DType::f32, DType::bf16}) {
    check_all({2, 4, 16, 16, {{6, 6}, {3, 3}, {1, 1}, {1, 1}, {1, 1}, {1, 1}}}, dtype);
    check_all({2, 32, 1, 1, {{7, 7}, {3, 3}, {2, 2}, {1, 1}, {1, 1}, {1, 1}}}, dtype);  // depthwise
  }
}

TEST_F(ConvolutionTest, StridesDilationsAndUnevenPadding) {
  check_all({2, 1, 16, 16, {{10, 9}, {3, 3}, {2, 1}, {1, 1}, {0, 1}, {1, 0}}});
  check_all({2, 1, 16, 16, {{10, 11}, {3, 3}, {1, 1}, {2, 3}, {2, 0}, {1, 3}}});
}

TEST_F(ConvolutionTest, EveryLayoutGivesTheSame) {
  const Geometry g = square(16, 32, 6, 3, 1);
  for (const char* name : {"abcd", "acdb", "aBcd16b"})
    for (const Kind kind : {Kind::forward_training, Kind::input_gradient, Kind::filter_gradient}) {
      ConvSpec spec = spec_of(kind, g);
      spec.x.layout = spec.y.layout = {name};
      SCOPED_TRACE(name);
      if (kind == Kind::forward_training) check_forward(spec, g);
      if (kind == Kind::input_gradient) check_input_gradient(spec, g);
      if (kind == Kind::filter_gradient) check_filter_gradient(spec, g);
    }
}

TEST_F(ConvolutionTest, WinogradStaysWithinItsBound) {
  for (const Geometry& g : {square(32, 32, 8, 3, 1), square(16, 48, 13, 3, 0), square(64, 16, 5, 3, 1)}) {
    ConvSpec spec = spec_of(Kind::forward_training, g);
    spec.algorithm = Algorithm::winograd;
    check_forward(spec, g);
    check_input_gradient(spec, g);
    check_filter_gradient(spec, g);
  }
}

TEST_F(ConvolutionTest, WeightsForWinogradArePreparedByAReorder) {
  const Geometry g = square(32, 32, 8, 3, 1);
  ConvSpec spec = spec_of(Kind::forward_inference, g);
  spec.algorithm = Algorithm::winograd;
  auto primitive = make_convolution(spec, kThreads);
  ASSERT_TRUE(primitive);
  const auto operands = primitive->operands();
  ASSERT_FALSE(blocking(operands[1].layout)) << "expected a layout that only the library reads";
  auto prepare = make_reorder(plain(DType::f32, spec.w.dims), operands[1], kThreads);
  ASSERT_TRUE(prepare);

  const Arrays in = random_arrays(spec);
  const Buffer x = store(operands[0], in.x), w = store(plain(DType::f32, spec.w.dims), in.w);
  const Buffer prepared(*bytes_of(operands[1])), y(*bytes_of(operands[2]));
  const Buffer scratch(std::max(prepare->scratch_bytes(), primitive->scratch_bytes()));
  prepare->run(std::array{w.data(), prepared.data()}, scratch.data());
  primitive->run(std::array{x.data(), prepared.data(), y.data()}, scratch.data());
  Numbers expected(in.y.size());
  for_each_product(g, [&](const Product& p) { expected[p.y] += in.x[p.x] * in.w[p.w]; });
  expect_sums(spec, g, load(operands[2], y), expected);
}

Numbers forward_with_bias(const Geometry& g, const Arrays& in, const Numbers& bias) {
  Numbers expected(in.y.size());
  const auto positions = static_cast<std::size_t>(element_count(outputs(g.windows)));
  for (std::size_t i = 0; i < expected.size(); ++i) expected[i] = bias[i / positions % bias.size()];
  for_each_product(g, [&](const Product& p) { expected[p.y] += in.x[p.x] * in.w[p.w]; });
  return expected;
}

TEST_F(ConvolutionTest, BiasAndRelu) {
  const Geometry g = square(32, 32, 8, 3, 1);
  for (const Algorithm algorithm : {Algorithm::direct, Algorithm::winograd}) {
    ConvSpec spec = spec_of(Kind::forward_training, g);
    spec.algorithm = algorithm;
    spec.bias = DType::f32;
    spec.epilogue = {{PostOp::Kind::relu}};
    auto primitive = make_convolution(spec, kThreads);
    ASSERT_TRUE(primitive);
    const Arrays in = random_arrays(spec);
    const Numbers bias = random_numbers({32}, DType::f32, 4);
    Numbers expected = forward_with_bias(g, in, bias);
    for (double& value : expected) value = std::max(value, 0.0);
    expect_sums(spec, g, run(*primitive, {in.x, in.w, bias, in.y}).back(), expected);
  }
}

TEST_F(ConvolutionTest, ResidualAddThenRelu) {
  const Geometry g = square(16, 32, 6, 3, 1);
  ConvSpec spec = spec_of(Kind::forward_training, g);
  spec.x.layout = spec.y.layout = {"aBcd16b"};
  const Operand residual = spec.y;
  const auto run_with = [&](const PostOp& add, bool separate) {
    spec.epilogue = {add, {PostOp::Kind::relu}};
    auto primitive = make_convolution(spec, kThreads);
    EXPECT_TRUE(primitive);
    const Arrays in = random_arrays(spec);
    const Numbers zeros(in.y.size());
    const auto after =
        separate ? run(*primitive, {in.x, in.w, in.y, zeros}) : run(*primitive, {in.x, in.w, in.y});
    Numbers expected = forward_with_bias(g, in, {0});
    for (std::size_t i = 0; i < expected.size(); ++i) expected[i] = std::max(expected[i] + in.y[i], 0.0);
    expect_sums(spec, g, after.back(), expected);
  };
  run_with({PostOp::Kind::accumulate, 1}, false);
  run_with({PostOp::Kind::add, 0, 0, residual}, true);
}

TEST_F(ConvolutionTest, FilterGradientWithBias) {
  const Geometry g = square(32, 32, 8, 3, 1);
  for (const Algorithm algorithm : {Algorithm::direct, Algorithm::winograd}) {
    ConvSpec spec = spec_of(Kind::filter_gradient, g);
    spec.algorithm = algorithm;
    spec.bias = DType::f32;
    auto primitive = make_convolution(spec, kThreads);
    ASSERT_TRUE(primitive);
    const Arrays in = random_arrays(spec);
    Numbers expected(32);
    const auto positions = static_cast<std::size_t>(element_count(outputs(g.windows)));
    for (std::size_t i = 0; i < in.y.size(); ++i) expected[i / positions % 32] += in.y[i];
    const auto after = run(*primitive, {in.x, in.y, in.w, Numbers(32)});
    expect_sums(spec, g, after.back(), expected);
  }
}

TEST_F(ConvolutionTest, WhatCannotBeRunIsDeclined) {
  const Geometry g = square(16, 16, 6, 3, 1);
  EXPECT_FALSE(make_convolution(spec_of(Kind::forward_training, g, DType::f16), kThreads));
  EXPECT_FALSE(make_convolution(spec_of(Kind::forward_training, g, DType::f64), kThreads));

  ConvSpec strided = spec_of(Kind::forward_training, g);
  strided.strides = {2, 2};  // y's shape does not follow
  EXPECT_FALSE(make_convolution(strided, kThreads));

  ConvSpec flat = spec_of(Kind::forward_training, g);
  flat.x.dims = flat.y.dims = flat.w.dims = {2, 16};
  EXPECT_FALSE(make_convolution(flat, kThreads));

  ConvSpec gradient = spec_of(Kind::input_gradient, g);
  gradient.epilogue = {{PostOp::Kind::relu}};
  EXPECT_FALSE(make_convolution(gradient, kThreads));

  ConvSpec five = spec_of(Kind::forward_training, square(16, 16, 8, 5, 1));
  five.algorithm = Algorithm::winograd;
  EXPECT_FALSE(make_convolution(five, kThreads));
}

}  // namespace
}  // namespace tenon::onednn
