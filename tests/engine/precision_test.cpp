// Engines whose contractions read bf16: all, or those that were chosen.
#include "tenon/precision.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "backend/backend.h"
#include "engine/batches.h"
#include "engine/errors.h"
#include "engine/precision.h"
#include "engine/programs.h"
#include "support/message_of.h"
#include "support/temporary_folder.h"

namespace tenon {
namespace {

using testing::engine_of;
using ::testing::HasSubstr;
using testing::Model;
using testing::random_floats;

class Precisions : public ::testing::TestWithParam<std::string> {
 protected:
  EngineOptions options() const { return {.backend = GetParam()}; }
  Engine engine(Model model) const { return engine_of(std::move(model), {}, options()); }
};

// Adds weights as a program asks for them.
struct Writer {
  Model model;
  Value weight(const std::string& name, const Shape& shape) {
    const auto seed = static_cast<std::uint32_t>(model.weights.size());
    model.weights.emplace_back(name, random_floats(shape, seed));
    return model.program.state(name, Type::of(DType::f32, shape));
  }
};

Model convolutions() {
  Writer to;
  Graph& graph = to.model.program;
  Value x = graph.input("x", {DType::f32, {"N", 3, 10, 10}});
  const ConvOptions padded{.pads_low = {1, 1}, .pads_high = {1, 1}};
  graph.set_label("stem");
  x = max_pool(relu(conv(x, to.weight("stem", {16, 3, 3, 3}), padded)), {.kernel = {2, 2}}).values;
  graph.set_label("first");
  const Value y = relu(conv(x, to.weight("first", {16, 16, 3, 3}), padded));
  graph.set_label("second");
  x = relu(conv(y, to.weight("second", {16, 16, 3, 3}), padded) + x);
  graph.set_label("head");
  graph.output("y", matmul(reduce_mean(x, {2, 3}), to.weight("head", {16, 10})));
  return std::move(to.model);
}

// One head of attention over four places, and no labels.
Model attention() {
  Writer to;
  Graph& graph = to.model.program;
  const Value x = graph.input("x", {DType::f32, {"N", 4, 8}});
  const auto projected = [&](const std::string& name) { return matmul(x, to.weight(name, {8, 8})); };
  const Value scores = matmul(projected("q"), projected("k"), {.transpose_b = true}) / 3.0;
  graph.output("y", matmul(softmax(scores), projected("v")));
  return std::move(to.model);
}

Engine in_bf16(const Engine& engine) { return with_precision(engine, {}, {.precision = Precision::bf16}); }

// As if these layers had been chosen.
Engine lowered(const Engine& engine, const std::vector<std::string>& layers) {
  EngineInfo info = engine.info();
  info.precision.asked = Precision::automatic;
  for (const std::string& layer : layers) info.precision.layers.push_back({layer, "conv", true, "faster"});
  return {engine::with_labels(engine.program()), engine.weights(), info, engine.options()};
}

std::size_t count(const std::string& text, std::string_view part) {
  std::size_t found = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
  return found;
}

TEST_P(Precisions, OfBf16AreNearlyRight) {
  const Tensor images = random_floats({2, 3, 10, 10}, 9);
  const Tensor tokens = random_floats({2, 4, 8}, 9);
  const auto expect_near = [](const Engine& engine, const Tensor& x) {
    const double error = in_bf16(engine).verify({{"x", x}}).outputs[0].relative;
    EXPECT_GT(error, 1e-5);
    EXPECT_LT(error, 0.03);
  };
  expect_near(engine(convolutions()), images);
  expect_near(engine(attention()), tokens);
}

TEST_P(Precisions, AreThoseOfTheReference) {
  const Tensor x = random_floats({2, 3, 10, 10}, 9);
  const Engine judge = in_bf16(engine_of(convolutions(), {}, {.backend = "reference"}));
  const Tensor wanted = judge.run(x);
  const Tensor found = in_bf16(engine(convolutions())).run(x);
  EXPECT_LT(engine::error_between("y", found, wanted).relative, 0.01);
}

TEST_P(Precisions, AreKeptInTheFileToTheBit) {
  const TemporaryFolder folder;
  const Tensor x = random_floats({2, 4, 8}, 9);
  for (const Engine& engine : {in_bf16(engine(attention())), lowered(engine(attention()), {"matmul#2"})}) {
    engine.save(folder / "m.tenon");
    const Engine loaded = Engine::load(folder / "m.tenon", options());
    EXPECT_TRUE(identical(loaded.run(x), engine.run(x)));
    EXPECT_FALSE(identical(loaded.run(x), this->engine(attention()).run(x)));
    const Tensor other = random_floats({3, 4, 8}, 9);
    EXPECT_TRUE(identical(loaded.run(other), engine.run(other)));
  }
}

TEST_P(Precisions, AreOfTheLayersThatWereChosen) {
  const Engine engine = lowered(this->engine(convolutions()), {"second", "nowhere"});
  const std::string program = engine.session({{"x", {1, 3, 10, 10}}}).lowered();
  EXPECT_EQ(count(program, "result = f32"), 1u) << program;
  EXPECT_THAT(program, HasSubstr("f32[1, 10]"));
}

// What one layer reads in bf16, others read too.
TEST_P(Precisions, OfOneLayerAreNearlyRight) {
  const NamedTensors inputs = {{"x", random_floats({2, 3, 10, 10}, 9)}};
  for (const std::string layer : {"stem", "first", "second", "head"}) {
    const double error = lowered(engine(convolutions()), {layer}).verify(inputs).outputs[0].relative;
    EXPECT_GT(error, 1e-5) << layer;
    EXPECT_LT(error, 0.03) << layer;
  }
}

TEST_P(Precisions, StayWhenValuesAreTapped) {
  const Engine engine = in_bf16(this->engine(convolutions()));
  const NamedTensors inputs = {{"x", random_floats({1, 3, 10, 10}, 9)}};
  const double error = engine::error_between("y", *find(engine.with_taps({"second"}).run(inputs), "y"),
                                             engine.run(inputs)[0].second)
                           .relative;
  EXPECT_LT(error, 1e-5);
}

TEST_P(Precisions, ReachIntoBodies) {
  Writer to;
  Graph& graph = to.model.program;
  const Value x = graph.input("x", {DType::f32, {3, "N", 4}});
  Graph body("turn");
  const Value state = body.input("h", {DType::f32, {"N", 4}});
  const Value slice = body.input("x", state.type());
  const Value next = slice + matmul(state, body.input("w", {DType::f32, {4, 4}}));
  body.output("h", next);
  body.output("y", next);
  const ScanInputs inputs{{zeros_like(reduce_sum(x, {0}))}, {x}, {to.weight("w", {4, 4})}};
  graph.output("y", scan(inputs, std::make_shared<const Graph>(std::move(body)))[1]);
  const Engine engine = this->engine(std::move(to.model));
  const Tensor tokens = random_floats({3, 2, 4}, 9);
  const double error = in_bf16(engine).verify({{"x", tokens}}).outputs[0].relative;
  EXPECT_GT(error, 1e-5);
  EXPECT_LT(error, 0.03);
}

TEST_P(Precisions, ThatWereAskedForListTheirLayers) {
  const Engine engine =
      with_precision(this->engine(convolutions()), {{"x", random_floats({4, 3, 10, 10}, 9)}},
                     {.precision = Precision::bf16});
  const PrecisionReport& report = engine.info().precision;
  EXPECT_EQ(summary_of(report), "bf16");
  ASSERT_EQ(report.layers.size(), 4u);
  EXPECT_EQ(report.layers[0].layer, "stem");
  EXPECT_EQ(report.layers[0].op, "conv");
  EXPECT_EQ(report.layers[3].op, "matmul");
}

TEST_P(Precisions, ThatWereAskedForKeepToWhatMayBeLost) {
  const NamedTensors samples = {{"x", random_floats({4, 3, 10, 10}, 9)}};
  PrecisionOptions options{.precision = Precision::bf16, .max_drop = 0.05};
  const Engine engine = with_precision(this->engine(convolutions()), samples, options);
  EXPECT_GT(*engine.info().precision.drop, 0);
  options.max_drop = 1e-9;
  EXPECT_THAT(message_of([&] { with_precision(this->engine(convolutions()), samples, options); }),
              HasSubstr("mean relative error"));
}

TEST_P(Precisions, WithoutSamplesAreNotChosen) {
  const Engine engine = with_precision(this->engine(convolutions()), {}, {});
  EXPECT_EQ(summary_of(engine.info().precision), "f32");
  EXPECT_THAT(engine.info().precision.note, HasSubstr("no samples"));
  const Tensor x = random_floats({1, 3, 10, 10}, 9);
  EXPECT_TRUE(identical(engine.run(x), this->engine(convolutions()).run(x)));
}

TEST_P(Precisions, LowerNothingWhereNothingMayBeLost) {
  const NamedTensors samples = {{"x", random_floats({2, 3, 10, 10}, 9)}};
  const Engine engine = with_precision(this->engine(convolutions()), samples, {.max_drop = 0.0});
  EXPECT_EQ(summary_of(engine.info().precision), "f32");
  EXPECT_EQ(engine.info().precision.layers.size(), 4u);
  EXPECT_TRUE(identical(engine.run(samples[0].second), this->engine(convolutions()).run(samples[0].second)));
}

TEST_P(Precisions, LoseNoMoreThanTheyMay) {
  const NamedTensors samples = {{"x", random_floats({2, 3, 10, 10}, 9)}};
  const Engine before = engine(convolutions());
  const Engine engine = with_precision(before, samples, {.max_drop = 0.004});
  EXPECT_LE(engine::mean_relative_error(engine.run(samples), before.run(samples)), 0.004);
}

TEST_P(Precisions, AreMeasuredOnBatchesOfAProgramThatTakesNoOthers) {
  Writer to;
  const Value x = to.model.program.input("x", {DType::f32, {20, 8}});
  to.model.program.output("y", matmul(x, to.weight("w", {8, 8})));
  const NamedTensors samples = {{"x", random_floats({40, 8}, 9)}};
  const Engine engine = with_precision(this->engine(std::move(to.model)), samples, {});
  EXPECT_EQ(engine.info().precision.layers.size(), 1u);
  EXPECT_EQ(engine.info().precision.note, "");
}

TEST_P(Precisions, AreNotChosenBySamplesThatDoNotFit) {
  const NamedTensors samples = {{"x", random_floats({2, 3, 10}, 9)}};
  EXPECT_THAT(message_of([&] { with_precision(engine(convolutions()), samples, {}); }),
              HasSubstr("input 'x'"));
}

TEST_P(Precisions, OfStagedProgramsAreNotMeasured) {
  Model model;
  model.program = parse(R"(graph staged(x: f32[N, 2]) {
    %w = state "w" : f32[2, 2]
    %1 = nonzero(%x)
    %2 = cast(%1) {dtype = f32}
    %3 = matmul(%w, %2)
    return y = %3 })");
  model.weights = {{"w", random_floats({2, 2}, 1)}};
  const NamedTensors samples = {{"x", random_floats({2, 2}, 9)}};
  const Engine engine = with_precision(this->engine(std::move(model)), samples, {});
  EXPECT_EQ(summary_of(engine.info().precision), "f32");
  EXPECT_THAT(engine.info().precision.note, HasSubstr("cannot be measured"));
}

INSTANTIATE_TEST_SUITE_P(Backends, Precisions, ::testing::ValuesIn(backend_names()),
                         [](const auto& test) { return test.param; });

TEST(Precision, IsReadAsItWasWritten) {
  PrecisionReport report{Precision::automatic, "accuracy", 0.002, 0.001, 64, 31.5, 16.25, "a note", {}};
  report.layers = {{"a \"b\"", "conv", true, "faster", 0.25, 12.5, 6.5},
                   {"c", "matmul", false, "not faster"}};
  const PrecisionReport read = engine::parse_precision(engine::precision_json(report));
  EXPECT_EQ(engine::precision_json(read), engine::precision_json(report));
  EXPECT_EQ(summary_of(read), "bf16 in 1 of 2 layers");
  EXPECT_EQ(read.layers[0].error, 0.25);
  EXPECT_EQ(read.layers[1].error, std::nullopt);
}

TEST(Precision, ThatIsNoneIsRefused) {
  Json::Object json = engine::precision_json({}).object();
  json[0].second = "f8";
  EXPECT_THAT(message_of([&] { engine::parse_precision(json); }), HasSubstr("no precision 'f8'"));
}

TEST(Precision, NamesWhatHasNoLabel) {
  const Graph labelled = engine::with_labels(attention().program);
  for (const Node& node : labelled.nodes())
    EXPECT_EQ(node.label.empty(), node.op == Op::input || node.op == Op::state || node.op == Op::constant);
  EXPECT_EQ(print(engine::with_labels(labelled)), print(labelled));
}

TEST(MeanRelativeError, IsOfTheOutputThatIsFurthestOff) {
  const auto floats = [](std::initializer_list<float> values) { return Tensor::of<float>({2}, values); };
  const NamedTensors wanted = {{"a", floats({1, -3})}, {"b", Tensor::of<std::int64_t>({2}, {7, 8})}};
  EXPECT_EQ(engine::mean_relative_error(wanted, wanted), 0);
  EXPECT_EQ(engine::mean_relative_error({{"a", floats({2, -3})}, wanted[1]}, wanted), 0.25);
  EXPECT_EQ(engine::mean_relative_error({wanted[0], {"b", Tensor::of<std::int64_t>({2}, {7, 99})}}, wanted),
            0.5);
}

}  // namespace
}  // namespace tenon
