// What an engine takes into its convolutions: the image that is added to the result, where that lies, and the
// activation behind it.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "engine/prepared.h"

namespace tenon {
namespace {

using testing::engine_of;
using testing::expect_close;
using testing::judged;
using testing::Model;
using testing::random_floats;

constexpr std::int64_t kChannels = 32, kSize = 10;
const Shape kImage{1, kChannels, kSize, kSize};

struct Writer {
  Model model;
  Value image = model.program.input("x", Type::of(DType::f32, kImage));

  Value weight(const Shape& shape) {
    const std::string name = cat("w", model.weights.size());
    model.weights.emplace_back(name, random_floats(shape, static_cast<unsigned>(model.weights.size()) + 1));
    return model.program.state(name, Type::of(DType::f32, shape));
  }
  Value convolution(Value x, std::int64_t channels = kChannels, std::int64_t kernel = 3,
                    std::int64_t groups = 1) {
    const std::int64_t in = x.type().shape()[1];
    const Ints pads(2, kernel / 2);
    const Value w = weight({channels, in / groups, kernel, kernel});
    return conv(x, w * (1.0 / static_cast<double>(in * kernel)),
                {.pads_low = pads, .pads_high = pads, .groups = groups}) +
           weight({channels, 1, 1});
  }
};

EngineOptions on_cpu(bool keep_nan = false) { return {.backend = "cpu", .keep_nan = keep_nan}; }

void expect_right(Writer& writer) {
  const Tensor image = random_floats(kImage, 9);
  const Engine engine = engine_of({writer.model.program.clone(), writer.model.weights}, {}, on_cpu());
  expect_close(engine.run(image), judged(writer.model, image));
}

TEST(Residual, IsAddedWhereItLies) {
  Writer writer;
  Value x = relu(writer.convolution(writer.image));
  for (int i = 0; i < 3; ++i) x = relu(writer.convolution(relu(writer.convolution(x))) + x);
  writer.model.program.output("y", x);
  expect_right(writer);
}

TEST(Residual, IsCopiedWhereItIsReadLater) {
  Writer writer;
  const Value x = relu(writer.convolution(writer.image));
  const Value y = relu(writer.convolution(x) + x);
  writer.model.program.output("y", writer.convolution(writer.convolution(y) + x));
  expect_right(writer);
}

TEST(Residual, OfChannelsThatFillNoBlock) {
  Writer writer;
  const Value x = writer.convolution(writer.image, 24, 1);
  writer.model.program.output("y", writer.convolution(relu(writer.convolution(x, 24, 1) + x), 16, 1));
  expect_right(writer);
}

TEST(Activation, ClampsBehindADepthwiseConvolution) {
  Writer writer;
  const Value x = clamp(writer.convolution(writer.image), 0.0, 6.0);
  writer.model.program.output("y", clamp(writer.convolution(x, kChannels, 3, kChannels), -0.1, 0.2));
  expect_right(writer);
}

// One NaN in the image; the network ends with a pool, so that a single one is seen.
double answer_to_nan(bool keep_nan) {
  Writer writer;
  writer.model.program.output("y", reduce_sum(relu(writer.convolution(writer.image)), {1, 2, 3}));
  const Tensor image = random_floats(kImage, 9);
  image.set_number(77, std::numeric_limits<double>::quiet_NaN());
  return engine_of({writer.model.program.clone(), writer.model.weights}, {}, on_cpu(keep_nan))
      .run(image)
      .number(0);
}

TEST(Activation, KeepsNanWhereThatIsAskedFor) { EXPECT_TRUE(std::isnan(answer_to_nan(true))); }

TEST(Activation, IsPartOfTheConvolutionOtherwise) {
  Writer writer;
  writer.model.program.output("y", relu(writer.convolution(relu(writer.convolution(writer.image)))));
  const auto steps = [&](bool keep_nan) {
    return engine_of({writer.model.program.clone(), writer.model.weights}, {}, on_cpu(keep_nan))
        .session({{"x", kImage}})
        .steps()
        .size();
  };
  EXPECT_GT(steps(true), steps(false));
}

}  // namespace
}  // namespace tenon
