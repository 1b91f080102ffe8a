// Contractions of bf16 that are summed in f32, and what they take along: a bias, an image that is kept
// narrow, bounds, and the rounding of the result.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "backend/cpu/matrix/convolution.h"
#include "engine/prepared.h"

namespace tenon {
namespace {

using testing::engine_of;
using testing::judged;
using testing::Model;
using testing::random_floats;

struct Writer {
  Model model;

  Value weight(const Shape& shape, double scale) {
    const std::string name = cat("w", model.weights.size());
    model.weights.emplace_back(name, random_floats(shape, static_cast<unsigned>(model.weights.size()) + 1));
    return model.program.state(name, Type::of(DType::f32, shape)) * scale;
  }
  Value convolution(Value x, std::int64_t filters, std::int64_t kernel, std::int64_t stride = 1) {
    const std::int64_t channels = x.type().shape()[1];
    const Ints pads(2, kernel / 2);
    const Value w = weight({filters, channels, kernel, kernel}, 1.0 / std::sqrt(channels * kernel * kernel));
    return conv(cast(x, DType::bf16), cast(w, DType::bf16),
                {.strides = {stride, stride}, .pads_low = pads, .pads_high = pads, .result = DType::f32}) +
           weight({filters, 1, 1}, 0.1);
  }
  Value product(Value x, std::int64_t columns) {
    const std::int64_t depth = x.type().shape().back();
    const Value w = weight({depth, columns}, 1.0 / std::sqrt(depth));
    return matmul(cast(x, DType::bf16), cast(w, DType::bf16), {.result = DType::f32}) +
           weight({columns}, 0.1);
  }
};

struct Outcome {
  std::vector<StepInfo> steps;
  double error = 0;  // the largest, of the largest answer
};

Outcome run(const Writer& writer, const Shape& input) {
  const Tensor items = random_floats(input, 99);
  const Engine engine =
      engine_of({writer.model.program.clone(), writer.model.weights}, {}, {.backend = "cpu"});
  const Tensor got = engine.run(items), wanted = judged(writer.model, items);
  Outcome outcome{engine.session({{"x", input}}).steps()};
  double largest = 0;
  for (std::size_t i = 0; i < wanted.as<float>().size(); ++i) {
    outcome.error = std::max<double>(outcome.error, std::fabs(got.as<float>()[i] - wanted.as<float>()[i]));
    largest = std::max<double>(largest, std::fabs(wanted.as<float>()[i]));
  }
  outcome.error /= largest;
  return outcome;
}

std::ptrdiff_t on_matrix_unit(const Outcome& outcome) {
  return std::ranges::count_if(outcome.steps, [](const StepInfo& step) {
    return step.ran_as.find("matrix unit, bf16") != std::string::npos;
  });
}

// Values between layers may round to one neighbour or the other.
constexpr double kRounding = 0x1p-7;

TEST(Narrow, ResidualNetwork) {
  Writer writer;
  const Shape image{1, 3, 20, 20};
  Value x = relu(writer.convolution(writer.model.program.input("x", Type::of(DType::f32, image)), 32, 7, 2));
  for (int i = 0; i < 2; ++i) {
    const Value narrow = cast(x, DType::bf16);
    const Value y = relu(writer.convolution(narrow, 32, 3));
    x = relu(writer.convolution(y, 32, 3) + cast(narrow, DType::f32));
  }
  writer.model.program.output("y", writer.convolution(x, 64, 1, 2));
  const Outcome ran = run(writer, image);
  EXPECT_LT(ran.error, kRounding);
  if (!matrix::available()) return;
  EXPECT_EQ(on_matrix_unit(ran), 6);
  // Nothing is left but the input, its rounding, and the last image brought into plain order.
  EXPECT_LE(ran.steps.size(), 8u);
}

TEST(Narrow, ProductsOfAFewRowsAndOfMany) {
  for (const std::int64_t rows : {1, 5, 40}) {
    Writer writer;
    const Shape input{rows, 70};
    const Value x = relu(writer.product(writer.model.program.input("x", Type::of(DType::f32, input)), 512));
    const Value y = writer.product(x, 512) + cast(cast(x, DType::bf16), DType::f32);
    writer.model.program.output("y", writer.product(y, 10));
    const Outcome ran = run(writer, input);
    EXPECT_LT(ran.error, kRounding) << rows;
    EXPECT_EQ(on_matrix_unit(ran), matrix::available() ? 3 : 0) << rows;
  }
}

TEST(Narrow, ProductsOfBatches) {
  Writer writer;
  const Shape input{2, 9, 64};
  const Value x = writer.product(writer.model.program.input("x", Type::of(DType::f32, input)), 96);
  writer.model.program.output("y", writer.product(tanh(x), 33));
  EXPECT_LT(run(writer, input).error, kRounding);
}

}  // namespace
}  // namespace tenon
