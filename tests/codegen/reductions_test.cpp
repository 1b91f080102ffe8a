// Accumulators: in every direction, of every kind, with their corner cases.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "codegen/loop_builder.h"
#include "codegen/runner.h"

namespace tenon::codegen {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

double reduced(Combine combine, const std::vector<double>& numbers) {
  double result = numbers[0];
  for (std::size_t i = 1; i < numbers.size(); ++i) {
    const double x = numbers[i];
    if (combine == Combine::sum)
      result += x;
    else if (combine == Combine::product)
      result *= x;
    else if (std::isnan(x) || std::isnan(result))
      result = kNaN;
    else
      result = combine == Combine::maximum ? std::max(result, x) : std::min(result, x);
  }
  return result;
}

// Of a matrix: of each row (lanes along it), or of each column (a lane for each).
Case reduction(Combine combine, DType type, const Tensor& in, std::int64_t rows, bool of_rows) {
  const std::int64_t columns = in.size() / rows;
  KernelBuilder k(of_rows ? "of_rows" : "of_columns");
  const Buffer x = k.input(type, rows * columns), y = k.output(type, of_rows ? rows : columns);
  const Acc acc = k.accumulator(combine, type);
  const auto element = [&](Var i, Var j) { return k.load(x, k.affine({{i, columns}, {j, 1}})); };
  if (of_rows) {
    k.loop(rows, [&](Var i) {
      k.reset(acc);
      k.loop(columns, LoopKind::vector, 3, [&](Var j) { k.accumulate(acc, element(i, j)); });
      k.store(y, k.variable(i), k.read(acc));
    });
  } else {
    k.loop(columns, LoopKind::vector, 2, [&](Var j) {
      k.reset(acc);
      k.loop(rows, [&](Var i) { k.accumulate(acc, element(i, j)); });
      k.store(y, k.variable(j), k.read(acc));
    });
  }
  const Tensor out = tensor_from(type, of_rows ? rows : columns, [&](std::int64_t e) {
    std::vector<double> numbers;
    for (std::int64_t i = 0; i < (of_rows ? columns : rows); ++i)
      numbers.push_back(in.number(of_rows ? e * columns + i : i * columns + e));
    return reduced(combine, numbers);
  });
  return {k.finish(), {in}, {out}, is_float(type) ? Tolerance{2e-3, 1e-5} : kExact};
}

TEST(Reductions, OfRowsAndColumnsOfEveryType) {
  std::vector<Case> cases;
  for (const DType type : kAllDTypes) {
    if (type == DType::boolean) continue;
    const double low = is_unsigned_int(type) ? 0 : -3;
    for (const Combine combine : {Combine::sum, Combine::product, Combine::maximum, Combine::minimum}) {
      const bool product = combine == Combine::product;
      const Tensor in =
          product ? random_tensor(type, 3 * 41, 5, 1, 1.2) : random_tensor(type, 3 * 41, 5, low, 3);
      cases.push_back(reduction(combine, type, in, 3, true));
      cases.push_back(reduction(combine, type, in, 3, false));
    }
  }
  expect_outputs(std::move(cases));
}

TEST(Reductions, NaNWinsOverAllNumbers) {
  std::vector<Case> cases;
  for (const std::int64_t place : {0, 7, 20, 40}) {
    const Tensor in = random_tensor(DType::f32, 41);
    in.set_number(place, kNaN);
    in.set_number(3, kInfinity);
    for (const Combine combine : {Combine::maximum, Combine::minimum})
      cases.push_back(reduction(combine, DType::f32, in, 1, true));
  }
  expect_outputs(std::move(cases));
}

Case arg_reduction(Combine combine, DType type, const Tensor& in, std::int64_t expected_at) {
  KernelBuilder k("arg");
  const std::int64_t n = in.size();
  const Buffer x = k.input(type, n), at = k.output(DType::i64, 1), value = k.output(type, 1);
  const Acc acc = k.accumulator(combine, type);
  k.loop(1, [&](Var) {
    k.reset(acc);
    k.loop(n, LoopKind::vector, 2,
           [&](Var i) { k.accumulate(acc, k.load(x, k.variable(i)), k.variable(i)); });
    k.store(at, k.constant(0), k.read_position(acc));
    k.store(value, k.constant(0), k.read(acc));
  });
  return {k.finish(),
          {in},
          {Tensor::full(DType::i64, {1}, static_cast<double>(expected_at)),
           Tensor::full(type, {1}, in.number(expected_at))},
          kExact};
}

TEST(Reductions, TheFirstExtremeIsFound) {
  std::vector<Case> cases;
  for (const DType type : {DType::f32, DType::f64, DType::i32, DType::u8, DType::bf16}) {
    for (const std::int64_t n : {5, 33, 70}) {
      const Tensor ties = tensor_from(type, n, [](auto i) { return i % 5 == 3 ? 9 : i % 5 == 2 ? 1 : 4; });
      cases.push_back(arg_reduction(Combine::arg_max, type, ties, 3));
      cases.push_back(arg_reduction(Combine::arg_min, type, ties, 2));
      cases.push_back(arg_reduction(Combine::arg_max, type, Tensor::zeros(type, {n}), 0));
    }
  }
  const Tensor unknown = tensor_from(DType::f32, 40, [](auto i) { return i == 21 || i == 36 ? kNaN : i; });
  cases.push_back(arg_reduction(Combine::arg_max, DType::f32, unknown, 21));
  cases.push_back(arg_reduction(Combine::arg_min, DType::f32, unknown, 21));
  const Tensor lowest = Tensor::full(DType::f32, {20}, -kInfinity);
  cases.push_back(arg_reduction(Combine::arg_max, DType::f32, lowest, 0));
  expect_outputs(std::move(cases));
}

// Prefix sums along a serial loop, a lane for each column: the accumulator is read while it grows.
TEST(Reductions, ARunningValueCanBeRead) {
  const std::int64_t rows = 4, columns = 21;
  KernelBuilder k("cumsum");
  const Buffer x = k.input(DType::i32, rows * columns), y = k.output(DType::i32, rows * columns);
  const Acc sum = k.accumulator(Combine::sum, DType::i32);
  k.loop(columns, LoopKind::vector, 1, [&](Var j) {
    k.reset(sum);
    k.loop(rows, LoopKind::serial, 2, [&](Var i) {
      const Index at = k.affine({{i, columns}, {j, 1}});
      k.accumulate(sum, k.load(x, at));
      k.store(y, at, k.read(sum));
    });
  });
  const Tensor in = random_tensor(DType::i32, rows * columns, 1, -100, 100);
  const Tensor out = tensor_from(DType::i32, rows * columns, [&](auto e) {
    double total = 0;
    for (std::int64_t i = e % columns; i <= e; i += columns) total += in.number(i);
    return total;
  });
  expect_outputs({{k.finish(), {in}, {out}, kExact}});
}

TEST(Reductions, StartFromAValueAndSkipWhatIsRefused) {
  const std::int64_t n = 37;
  KernelBuilder k("positive_sum");
  const Buffer x = k.input(DType::f32, n), start = k.input(DType::f32, 1), y = k.output(DType::f32, 1);
  const Acc sum = k.accumulator(Combine::sum, DType::f32);
  k.loop(1, [&](Var) {
    k.reset(sum, k.load(start, k.constant(0)));
    k.loop(n, LoopKind::vector, 2, [&](Var i) {
      const Scalar value = k.load(x, k.variable(i));
      k.accumulate(sum, value, kNone, k.op(Op::greater, DType::boolean, {value, k.number(DType::f32, 0)}));
    });
    k.store(y, k.constant(0), k.read(sum));
  });
  const Tensor in = random_tensor(DType::f32, n), from = Tensor::full(DType::f32, {1}, 100);
  double total = 100;
  for (std::int64_t i = 0; i < n; ++i) total += std::max(in.number(i), 0.0);
  expect_outputs({{k.finish(), {in, from}, {Tensor::full(DType::f32, {1}, total)}}});
}

// A value fed at two places, in one vector loop after the other.
TEST(Reductions, SeveralPlacesFeedOneAccumulator) {
  const std::int64_t n = 35;
  KernelBuilder k("both");
  const Buffer a = k.input(DType::f32, n), b = k.input(DType::f32, n), y = k.output(DType::f32, 1);
  const Acc sum = k.accumulator(Combine::sum, DType::f32);
  k.loop(1, [&](Var) {
    k.reset(sum);
    k.loop(2, [&](Var) {
      k.loop(n, LoopKind::vector, 1, [&](Var i) { k.accumulate(sum, k.load(a, k.variable(i))); });
      k.loop(n, LoopKind::vector, 2, [&](Var i) { k.accumulate(sum, k.load(b, k.variable(i))); });
    });
    k.store(y, k.constant(0), k.read(sum));
  });
  const Tensor left = random_tensor(DType::f32, n, 1), right = random_tensor(DType::f32, n, 2);
  double total = 0;
  for (std::int64_t i = 0; i < n; ++i) total += 2 * (left.number(i) + right.number(i));
  expect_outputs({{k.finish(), {left, right}, {Tensor::full(DType::f32, {1}, total)}, {1e-5, 1e-5}}});
}

}  // namespace
}  // namespace tenon::codegen
