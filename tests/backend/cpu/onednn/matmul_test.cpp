#include "support.h"

namespace tenon::onednn {
namespace {

using Kind = PostOp::Kind;

// The position in a tensor of `dims` that stands for position `i` of one of `full` dims; 1 is repeated.
std::size_t broadcast_position(std::size_t i, const Shape& full, const Shape& dims) {
  std::size_t position = 0, stride = 1;
  for (std::size_t axis = full.size(); axis-- > 0;) {
    const auto extent = static_cast<std::size_t>(full[axis]);
    if (dims[axis] != 1) position += i % extent * stride;
    stride *= static_cast<std::size_t>(dims[axis]);
    i /= extent;
  }
  return position;
}

double apply(const PostOp& op, double x, double before, double operand) {
  switch (op.kind) {
    case Kind::relu:
      return x > 0 ? x : op.alpha * x;
    case Kind::elu:
      return x > 0 ? x : op.alpha * std::expm1(x);
    case Kind::gelu_erf:
      return 0.5 * x * (1 + std::erf(x / std::sqrt(2.0)));
    case Kind::gelu_tanh:
      return 0.5 * x * (1 + std::tanh(std::sqrt(2 / M_PI) * (x + 0.044715 * x * x * x)));
    case Kind::tanh:
      return std::tanh(x);
    case Kind::sigmoid:
      return 1 / (1 + std::exp(-x));
    case Kind::swish:
      return x / (1 + std::exp(-op.alpha * x));
    case Kind::hardswish:
      return x * std::clamp(x / 6 + 0.5, 0.0, 1.0);
    case Kind::abs:
      return std::abs(x);
    case Kind::square:
      return x * x;
    case Kind::sqrt:
      return std::sqrt(x);
    case Kind::exp:
      return std::exp(x);
    case Kind::clip:
      return std::clamp<double>(x, op.alpha, op.beta);
    case Kind::linear:
      return op.alpha * x + op.beta;
    case Kind::accumulate:
      return x + op.alpha * before;
    case Kind::add:
      return x + operand;
    case Kind::subtract:
      return x - operand;
    case Kind::multiply:
      return x * operand;
    case Kind::maximum:
      return std::max(x, operand);
    default:
      return std::min(x, operand);
  }
}

struct Inputs {
  Numbers a, b, bias, before;
  std::vector<Numbers> operands;
};

Inputs random_inputs(const MatmulSpec& spec) {
  Inputs in{random_numbers(spec.a.dims, spec.a.dtype, 1),
            random_numbers(spec.b.dims, spec.b.dtype, 2),
            random_numbers({spec.out.dims.back()}, spec.bias.value_or(DType::f32), 3),
            random_numbers(spec.out.dims, spec.out.dtype, 4),
            {}};
  for (const PostOp& op : spec.epilogue)
    if (!op.operand.dims.empty()) in.operands.push_back(random_numbers(op.operand.dims, op.operand.dtype, 5));
  return in;
}

double dot(const MatmulSpec& spec, const Inputs& in, std::size_t position) {
  const auto k = static_cast<std::size_t>(spec.a.dims.back());
  const auto m = static_cast<std::size_t>(spec.out.dims.end()[-2]);
  const auto n = static_cast<std::size_t>(spec.out.dims.end()[-1]);
  const std::size_t row = position / n % m, column = position % n, batch = position / (m * n);
  const auto batch_of = [&](Shape dims) {
    Shape full = spec.out.dims;
    for (Shape* shape : {&full, &dims}) shape->resize(shape->size() - 2);
    return broadcast_position(batch, full, dims);
  };
  const std::size_t a = (batch_of(spec.a.dims) * m + row) * k, b = batch_of(spec.b.dims) * k * n + column;
  double sum = spec.bias ? in.bias[column] : 0;
  for (std::size_t i = 0; i < k; ++i) sum += in.a[a + i] * in.b[b + i * n];
  return sum;
}

Numbers naive(const MatmulSpec& spec, const Inputs& in) {
  Numbers out(in.before.size());
  for (std::size_t i = 0; i < out.size(); ++i) {
    out[i] = dot(spec, in, i);
    std::size_t operand = 0;
    for (const PostOp& op : spec.epilogue) {
      const bool binary = !op.operand.dims.empty();
      const std::size_t at = binary ? broadcast_position(i, spec.out.dims, op.operand.dims) : 0;
      out[i] = apply(op, out[i], in.before[i], binary ? in.operands[operand++][at] : 0);
    }
  }
  return out;
}

void check(const MatmulSpec& spec) {
  auto primitive = make_matmul(spec, kThreads);
  ASSERT_TRUE(primitive) << to_string(spec.a) << " x " << to_string(spec.b);
  const Inputs in = random_inputs(spec);
  std::vector<Numbers> args{in.a, in.b};
  if (spec.bias) args.push_back(in.bias);
  args.insert(args.end(), in.operands.begin(), in.operands.end());
  args.push_back(in.before);
  const auto k = static_cast<double>(spec.a.dims.back());
  // Rounding of the sum acts on Σ|ab|, at most k; that of the result on its own size.
  const double tolerance = 4 * unit_roundoff(DType::f32) + unit_roundoff(spec.out.dtype) / std::sqrt(k);
  expect_close(run(*primitive, args).back(), naive(spec, in), k + 4, tolerance);
}

MatmulSpec multiply(Shape a, Shape b, Shape out, DType dtype = DType::f32) {
  return {plain(dtype, std::move(a)), plain(dtype, std::move(b)), plain(dtype, std::move(out)), {}, {}};
}

using MatmulTest = OneDnn;

TEST_F(MatmulTest, EverySideTransposed) {
  for (const DType dtype : {DType::f32, DType::bf16})
    for (const bool ta : {false, true})
      for (const bool tb : {false, true})
        for (const auto& [m, n, k] :
             {std::array{64, 10, 128}, {1, 17, 33}, {37, 1, 5}, {5, 64, 1}, {3, 3, 3}}) {
          MatmulSpec spec = multiply({m, k}, {k, n}, {m, n}, dtype);
          if (ta) spec.a.layout = transposed(2);
          if (tb) spec.b.layout = transposed(2);
          check(spec);
        }
}

TEST_F(MatmulTest, BatchesAndTheirRepetition) {
  for (const DType dtype : {DType::f32, DType::bf16}) {
    check(multiply({3, 7, 5}, {3, 5, 9}, {3, 7, 9}, dtype));
    check(multiply({3, 7, 5}, {1, 5, 9}, {3, 7, 9}, dtype));
    check(multiply({1, 7, 5}, {3, 5, 9}, {3, 7, 9}, dtype));
    check(multiply({2, 3, 7, 5}, {2, 3, 5, 9}, {2, 3, 7, 9}, dtype));
    check(multiply({2, 1, 7, 5}, {1, 3, 5, 9}, {2, 3, 7, 9}, dtype));
  }
}

TEST_F(MatmulTest, BatchesTransposed) {
  MatmulSpec spec = multiply({2, 3, 7, 5}, {2, 3, 5, 9}, {2, 3, 7, 9});
  spec.b.layout = transposed(4);
  check(spec);
  spec.a.layout = {"acbd"};  // heads between rows: attention without a copy
  spec.out.layout = {"acbd"};
  check(spec);
}

TEST_F(MatmulTest, Bias) {
  for (const DType dtype : {DType::f32, DType::bf16}) {
    MatmulSpec spec = multiply({64, 33}, {33, 10}, {64, 10}, dtype);
    spec.bias = dtype;
    check(spec);
    spec = multiply({3, 7, 5}, {1, 5, 9}, {3, 7, 9}, dtype);
    spec.bias = DType::f32;
    check(spec);
  }
}

TEST_F(MatmulTest, MixedTypesWithAnF32Result) {
  MatmulSpec spec = multiply({13, 40}, {40, 21}, {13, 21}, DType::bf16);
  spec.out.dtype = DType::f32;
  check(spec);
}

TEST_F(MatmulTest, EveryElementwiseEpilogue) {
  for (const PostOp& op : {PostOp{Kind::relu},
                           {Kind::relu, 0.1f},
                           {Kind::elu, 1},
                           {Kind::gelu_erf},
                           {Kind::gelu_tanh},
                           {Kind::tanh},
                           {Kind::sigmoid},
                           {Kind::swish, 1},
                           {Kind::hardswish},
                           {Kind::abs},
                           {Kind::square},
                           {Kind::exp},
                           {Kind::clip, -0.5f, 0.75f},
                           {Kind::linear, 2, -1},
                           {Kind::accumulate, 1},
                           {Kind::accumulate, -0.5f}}) {
    MatmulSpec spec = multiply({9, 4}, {4, 17}, {9, 17});
    spec.bias = DType::f32;
    spec.epilogue = {op};
    SCOPED_TRACE(static_cast<int>(op.kind));
    check(spec);
  }
}

TEST_F(MatmulTest, EveryBinaryEpilogue) {
  for (const Kind kind : {Kind::add, Kind::subtract, Kind::multiply, Kind::maximum, Kind::minimum})
    for (const Shape& dims : {Shape{9, 17}, Shape{1, 17}, Shape{1, 1}}) {
      MatmulSpec spec = multiply({9, 6}, {6, 17}, {9, 17});
      spec.epilogue = {{kind, 0, 0, plain(DType::f32, dims)}};
      SCOPED_TRACE(cat(static_cast<int>(kind), dims));
      check(spec);
    }
}

TEST_F(MatmulTest, EpilogueStepsAreDoneInOrder) {
  MatmulSpec spec = multiply({9, 6}, {6, 17}, {9, 17});
  spec.bias = DType::f32;
  spec.epilogue = {{Kind::add, 0, 0, plain(DType::f32, {9, 17})},
                   {Kind::relu},
                   {Kind::linear, 0.5f, 0.25f},
                   {Kind::multiply, 0, 0, plain(DType::f32, {1, 17})}};
  check(spec);
}

TEST_F(MatmulTest, SquareRootOfASquare) {
  MatmulSpec spec = multiply({9, 6}, {6, 17}, {9, 17});
  spec.epilogue = {{Kind::square}, {Kind::sqrt}};
  check(spec);
}

TEST_F(MatmulTest, PackedWeightsGiveTheSame) {
  MatmulSpec spec = multiply({64, 100}, {100, 70}, {64, 70});
  spec.b.layout = {};
  auto primitive = make_matmul(spec, kThreads);
  ASSERT_TRUE(primitive);
  EXPECT_FALSE(primitive->operands()[1].layout.is_any());
  check(spec);
}

TEST_F(MatmulTest, AddressesMayChangeBetweenRuns) {
  auto primitive = make_matmul(multiply({2, 2}, {2, 2}, {2, 2}), kThreads);
  ASSERT_TRUE(primitive);
  const Numbers a{1, 2, 3, 4}, identity{1, 0, 0, 1}, twice{2, 0, 0, 2}, before(4, 0.0);
  EXPECT_EQ(run(*primitive, {a, identity, before}).back(), a);
  EXPECT_EQ(run(*primitive, {a, twice, before}).back(), (Numbers{2, 4, 6, 8}));
}

TEST_F(MatmulTest, WhatCannotBeRunIsDeclined) {
  EXPECT_FALSE(make_matmul(multiply({4, 5}, {6, 3}, {4, 3}), kThreads));              // sizes differ
  EXPECT_FALSE(make_matmul(multiply({4, 0}, {0, 3}, {4, 3}), kThreads));              // nothing to add
  EXPECT_FALSE(make_matmul(multiply({4, 5}, {5, 3}, {4, 3}, DType::f64), kThreads));  // no such type
  EXPECT_FALSE(make_matmul(multiply({4, 5}, {5, 3}, {4, 3}, DType::f16), kThreads));  // GPUs only
  EXPECT_FALSE(make_matmul(multiply({2, 4, 5}, {5, 3}, {2, 4, 3}), kThreads));        // ranks differ
}

}  // namespace
}  // namespace tenon::onednn
