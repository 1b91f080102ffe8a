// GroupQueryAttention of com.microsoft beside other attention, and beside itself in several runs.
#include "onnx/close_to.h"
#include "onnx/model_writer.h"
#include "support/message_of.h"

namespace tenon::onnx_models {

namespace {
constexpr std::int64_t kHeads = 4, kKeyHeads = 2, kSize = 4, kPlaces = 8;

struct Step {
  Tensor q, k, v;  // [batch, tokens, heads size]
  Tensor past_k, past_v;
  std::vector<std::int32_t> lengths;  // of each entry, with what was before
  std::int32_t total = 0;             // the longest of them
};

OneNode grouped(std::vector<Attribute> attributes) {
  attributes.emplace_back("num_heads", kHeads);
  attributes.emplace_back("kv_num_heads", kKeyHeads);
  return {.op = "GroupQueryAttention",
          .attributes = std::move(attributes),
          .domain = "com.microsoft",
          .outputs = 3};
}

std::vector<Tensor> run(const Step& step, std::vector<Attribute> attributes = {}) {
  const Tensor last = Tensor::empty(DType::i32, {static_cast<std::int64_t>(step.lengths.size())});
  for (std::size_t i = 0; i < step.lengths.size(); ++i) last.as<std::int32_t>()[i] = step.lengths[i] - 1;
  std::vector<Tensor> inputs{
      step.q, step.k, step.v, step.past_k, step.past_v, last, Tensor::scalar(step.total)};
  attributes.emplace_back("do_rotary", 1);
  inputs.push_back(waves({kPlaces, kSize / 2}));
  inputs.push_back(waves({kPlaces, kSize / 2}, 1.3));
  return run(grouped(std::move(attributes)), inputs);
}

// Of one entry: rows of [1, tokens, width].
Tensor tokens(const Tensor& x, std::int64_t begin, std::int64_t end) {
  return x.reshape({x.dim(1), x.dim(2)}).rows(begin, end).clone().reshape({1, end - begin, x.dim(2)});
}

Tensor batch_of(const Tensor& a, const Tensor& b) {
  Shape shape = a.shape();
  shape[0] = 2;
  const Tensor both = Tensor::empty(a.dtype(), shape);
  for (std::int64_t i = 0; i < a.size(); ++i) both.set_number(i, a.number(i));
  for (std::int64_t i = 0; i < b.size(); ++i) both.set_number(a.size() + i, b.number(i));
  return both;
}

Tensor entry(const Tensor& x, std::int64_t number) { return x.rows(number, number + 1); }

const Tensor kQ = waves({1, 4, kHeads* kSize}), kK = waves({1, 4, kKeyHeads* kSize}, 0.9),
             kV = waves({1, 4, kKeyHeads* kSize}, 1.1);

Step prompt(std::int32_t count) {
  return {tokens(kQ, 0, count), tokens(kK, 0, count), tokens(kV, 0, count), {}, {}, {count}, count};
}

// One more token behind what a run left in the cache.
Step next(const std::vector<Tensor>& before, std::int32_t place) {
  return {tokens(kQ, place, place + 1),
          tokens(kK, place, place + 1),
          tokens(kV, place, place + 1),
          before[1],
          before[2],
          {place + 1},
          place + 1};
}

TEST(OnnxGroupedAttention, SeesWhatComesBeforeAsAttentionOfOnnxDoes) {
  const OneNode other{.op = "Attention",
                      .attributes = {{"q_num_heads", kHeads}, {"kv_num_heads", kKeyHeads}, {"is_causal", 1}},
                      .opset = 23};
  const auto y = run(grouped({}), {kQ, kK, kV, Tensor(), Tensor(), Tensor::of<std::int32_t>({1}, {3}),
                                   Tensor::scalar<std::int32_t>(4)});
  expect_close(y.at(0), run(other, {kQ, kK, kV}).at(0));
}

TEST(OnnxGroupedAttention, GoesOnFromItsCache) {
  const auto at_once = run(prompt(4));
  const auto first = run(prompt(3)), second = run(next(first, 3));
  expect_close(second.at(0), tokens(at_once.at(0), 3, 4));
  expect_close(second.at(1), at_once.at(1));
  expect_close(second.at(2), at_once.at(2));
}

TEST(OnnxGroupedAttention, FillsACacheThatHasRoomForMore) {
  const Tensor room = Tensor::zeros(DType::f32, {1, kKeyHeads, kPlaces, kSize});
  Step step = prompt(3);
  step.past_k = step.past_v = room;
  const auto first = run(step), second = run(next(first, 3));
  EXPECT_EQ(second.at(1).shape(), room.shape());
  expect_close(second.at(0), tokens(run(prompt(4)).at(0), 3, 4));
}

TEST(OnnxGroupedAttention, EntriesMayBeOfDifferentLengths) {
  const Step both{batch_of(tokens(kQ, 0, 3), tokens(kQ, 0, 3)),
                  batch_of(tokens(kK, 0, 3), tokens(kK, 0, 3)),
                  batch_of(tokens(kV, 0, 3), tokens(kV, 0, 3)),
                  {},
                  {},
                  {3, 2},
                  3};
  const auto first = run(both);
  const Step after{batch_of(tokens(kQ, 3, 4), tokens(kQ, 2, 3)),
                   batch_of(tokens(kK, 3, 4), tokens(kK, 2, 3)),
                   batch_of(tokens(kV, 3, 4), tokens(kV, 2, 3)),
                   first[1],
                   first[2],
                   {4, 3},
                   4};
  const auto second = run(after);
  expect_close(entry(second.at(0), 0), tokens(run(prompt(4)).at(0), 3, 4));
  expect_close(entry(second.at(0), 1), tokens(run(prompt(3)).at(0), 2, 3));
}

TEST(OnnxGroupedAttention, AWindowLeavesOutWhatIsFarBefore) {
  const std::vector<Attribute> window{{"local_window_size", 2}};
  const Step late{tokens(kQ, 2, 4), tokens(kK, 2, 4), tokens(kV, 2, 4), {}, {}, {2}, 2};
  const auto without_rotation = [&](const Step& step, const std::vector<Attribute>& attributes) {
    return run(grouped(attributes),
               {step.q, step.k, step.v, Tensor(), Tensor(), Tensor::of<std::int32_t>({1}, {step.total - 1}),
                Tensor::scalar(step.total)})
        .at(0);
  };
  expect_close(tokens(without_rotation(prompt(4), window), 3, 4), tokens(without_rotation(late, {}), 1, 2));
}

TEST(OnnxGroupedAttention, QueriesKeysAndValuesMayStandSideBySide) {
  const std::int64_t width = (kHeads + 2 * kKeyHeads) * kSize;
  const Tensor packed = waves({1, 3, width});
  const auto columns = [&](std::int64_t begin, std::int64_t end) {
    const Tensor part = Tensor::empty(DType::f32, {1, 3, end - begin});
    for (std::int64_t row = 0; row < 3; ++row)
      for (std::int64_t i = begin; i < end; ++i)
        part.set_number(row * (end - begin) + i - begin, packed.number(row * width + i));
    return part;
  };
  const std::int64_t keys = kHeads * kSize, values = keys + kKeyHeads * kSize;
  const Step apart{columns(0, keys), columns(keys, values), columns(values, width), {}, {}, {3}, 3};
  expect_close(run({packed, {}, {}, {}, {}, {3}, 3}).at(0), run(apart).at(0));
}

TEST(OnnxGroupedAttention, WhatIsNotSupportedIsRefused) {
  const auto smooth = message_of([] { run(prompt(2), {{"smooth_softmax", 1}}); });
  EXPECT_NE(smooth.find("smooth softmax"), std::string::npos) << smooth;
  Step step = prompt(2);
  step.past_k = Tensor::zeros(DType::f32, {1, kKeyHeads, 0, kSize});
  const auto half = message_of([&] { run(step); });
  EXPECT_NE(half.find("past keys and past values"), std::string::npos) << half;
}
}  // namespace

}  // namespace tenon::onnx_models
