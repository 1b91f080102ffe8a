// Recurrent layers: what the directions, lengths and options of RNN, GRU and LSTM have to do with each other.
#include "onnx/close_to.h"
#include "onnx/model_writer.h"
#include "support/message_of.h"

namespace tenon::onnx_models {

namespace {
constexpr std::int64_t kTurns = 4, kBatch = 2, kInputs = 3, kHidden = 5;

// The inputs of a layer with so many gates and directions.
std::vector<Tensor> layer(std::int64_t gates, std::int64_t directions = 1) {
  return {waves({kTurns, kBatch, kInputs}), waves({directions, gates * kHidden, kInputs}, 0.9),
          waves({directions, gates * kHidden, kHidden}, 1.1), waves({directions, 2 * gates * kHidden}, 1.3)};
}

Tensor reversed(const Tensor& x) {  // along the first axis
  return run(OneNode{"Slice", {}, 17, {}, 1, true},
             {x, longs({1}, {-1}), longs({1}, {INT64_MIN}), longs({1}, {0}), longs({1}, {-1})})
      .at(0);
}

OneNode node(const std::string& op, std::vector<Attribute> attributes = {}) {
  return {op, std::move(attributes), 14, {}, op == "LSTM" ? 3 : 2, false};
}

TEST(OnnxRecurrent, BackwardsIsForwardsOnReversedTurns) {
  std::vector<Tensor> inputs = layer(4);
  const auto backwards = run(node("LSTM", {{"direction", std::string("reverse")}}), inputs);
  inputs[0] = reversed(inputs[0]);
  const auto forwards = run(node("LSTM"), inputs);
  expect_close(reversed(backwards[0]), forwards[0]);
  expect_close(backwards[1], forwards[1]);
  expect_close(backwards[2], forwards[2]);
}

TEST(OnnxRecurrent, BothDirectionsStandBesideEachOther) {
  const auto both = run(node("GRU", {{"direction", std::string("bidirectional")}}), layer(3, 2));
  EXPECT_EQ(both[0].shape(), (Shape{kTurns, 2, kBatch, kHidden}));
  std::vector<Tensor> first = layer(3, 2);
  for (std::size_t i = 1; i < first.size(); ++i) first[i] = first[i].rows(0, 1).clone();
  const auto forwards = run(node("GRU"), first);
  expect_close(both[1].rows(0, 1), forwards[1]);
}

TEST(OnnxRecurrent, ASequenceThatEndsKeepsItsStateAndGivesZeros) {
  std::vector<Tensor> inputs = layer(1);
  const auto whole = run(node("RNN"), inputs);
  inputs.push_back(Tensor::of<std::int32_t>({kBatch}, {2, 4}));
  const auto cut = run(node("RNN"), inputs);
  for (std::int64_t i = 0; i < kHidden; ++i) {
    EXPECT_EQ(cut[1].number(i), whole[0].number(kBatch * kHidden + i)) << "the state after two turns";
    EXPECT_EQ(cut[0].number(2 * kBatch * kHidden + i), 0);
    EXPECT_EQ(cut[1].number(kHidden + i), whole[1].number(kHidden + i)) << "the other one runs on";
  }
}

TEST(OnnxRecurrent, ActivationsTakeTheirNumbersInOrder) {
  const std::vector<std::string> names{"HardSigmoid", "Affine"};
  const auto with = run(node("GRU", {{"activations", names},
                                     {"activation_alpha", std::vector<double>{0.2, 1}},
                                     {"activation_beta", std::vector<double>{0.5, 0.0}}}),
                        layer(3));
  const auto by_default = run(node("GRU", {{"activations", names}}), layer(3));
  expect_close(with[0], by_default[0]);
}

TEST(OnnxRecurrent, TheResetActsBeforeOrAfterTheProduct) {
  std::vector<Tensor> inputs = layer(3);
  inputs.push_back({});
  inputs.push_back(waves({1, kBatch, kHidden}, 0.5));
  const auto before = run(node("GRU"), inputs);
  const auto after = run(node("GRU", {{"linear_before_reset", std::int64_t{1}}}), inputs);
  EXPECT_GT(std::abs(before[1].number() - after[1].number()), 1e-4);
}

TEST(OnnxRecurrent, BatchFirstIsTheSameTransposed) {
  std::vector<Tensor> inputs = layer(1);
  const auto turns_first = run(node("RNN"), inputs);
  inputs[0] = run(OneNode{"Transpose", {{"perm", Ints{1, 0, 2}}}}, {inputs[0]}).at(0);
  const auto batch_first = run(node("RNN", {{"layout", std::int64_t{1}}}), inputs);
  expect_close(run(OneNode{"Transpose", {{"perm", Ints{1, 2, 0, 3}}}}, {batch_first[0]}).at(0),
               turns_first[0]);
}

TEST(OnnxRecurrent, AnUnknownActivationIsNamed) {
  EXPECT_NE(message_of([] {
              run(node("RNN", {{"activations", std::vector<std::string>{"Swirl"}}}), layer(1));
            }).find("there is no activation 'Swirl'"),
            std::string::npos);
}
}  // namespace

}  // namespace tenon::onnx_models
