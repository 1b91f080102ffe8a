#include "support.h"

namespace tenon::onednn {
namespace {

using Kind = ConvSpec::Kind;
using Algorithm = ConvSpec::Algorithm;

// A 3x3 convolution over square images with a border of zeros.
ConvSpec square(Kind kind, std::int64_t batch, std::int64_t in, std::int64_t out, std::int64_t size) {
  ConvSpec spec;
  spec.kind = kind;
  spec.x = {DType::f32, {batch, in, size, size}, {}};
  spec.w = {DType::f32, {out, in, 3, 3}, {}};
  spec.y = {DType::f32, {batch, out, size, size}, {}};
  spec.strides = spec.dilations = spec.pad_begin = spec.pad_end = {1, 1};
  return spec;
}

Algorithm chosen(Kind kind, std::int64_t batch, std::int64_t in, std::int64_t out, std::int64_t size) {
  return choose_algorithm(square(kind, batch, in, out, size));
}

using ChooseAlgorithmTest = OneDnn;

TEST(ChooseAlgorithm, WinogradWhereItWasMeasuredFaster) {
  EXPECT_EQ(chosen(Kind::forward_inference, 1, 64, 64, 8), Algorithm::winograd);
  EXPECT_EQ(chosen(Kind::forward_training, 64, 32, 64, 13), Algorithm::winograd);
  EXPECT_EQ(chosen(Kind::forward_training, 1, 512, 512, 4), Algorithm::direct);
  EXPECT_EQ(chosen(Kind::forward_training, 64, 16, 16, 16), Algorithm::direct);
  EXPECT_EQ(chosen(Kind::input_gradient, 64, 64, 64, 16), Algorithm::winograd);
  EXPECT_EQ(chosen(Kind::input_gradient, 64, 32, 64, 13), Algorithm::direct);
  EXPECT_EQ(chosen(Kind::filter_gradient, 64, 32, 64, 13), Algorithm::winograd);
  EXPECT_EQ(chosen(Kind::filter_gradient, 4, 32, 32, 32), Algorithm::direct);
}

TEST(ChooseAlgorithm, DirectForAllThatWinogradCannotDo) {
  const ConvSpec good = square(Kind::forward_inference, 2, 64, 64, 32);
  ASSERT_EQ(choose_algorithm(good), Algorithm::winograd_large);
  const auto changed = [&](auto&& change) {
    ConvSpec spec = good;
    change(spec);
    return choose_algorithm(spec);
  };
  EXPECT_EQ(changed([](ConvSpec& s) { s.strides = {2, 2}; }), Algorithm::direct);
  EXPECT_EQ(changed([](ConvSpec& s) { s.dilations = {1, 2}; }), Algorithm::direct);
  EXPECT_EQ(changed([](ConvSpec& s) { s.pad_end = {2, 2}; }), Algorithm::direct);
  EXPECT_EQ(changed([](ConvSpec& s) { s.w.dims = {64, 64, 5, 5}; }), Algorithm::direct);
  EXPECT_EQ(changed([](ConvSpec& s) { s.w.dims = {2, 64, 32, 3, 3}; }), Algorithm::direct);
  EXPECT_EQ(changed([](ConvSpec& s) { s.x.dtype = DType::bf16; }), Algorithm::direct);
}

bool is_winograd(const std::optional<Primitive>& primitive) {
  return primitive && primitive->implementation().find("wino") != std::string_view::npos;
}

TEST_F(ChooseAlgorithmTest, AutomaticFollowsTheRuleAndFallsBack) {
  ConvSpec spec = square(Kind::forward_inference, 2, 64, 64, 8);
  EXPECT_TRUE(is_winograd(make_convolution(spec, kThreads)));
  spec.epilogue = {{PostOp::Kind::swish, 1}};  // which Winograd does not take
  const auto direct = make_convolution(spec, kThreads);
  EXPECT_TRUE(direct);
  EXPECT_FALSE(is_winograd(direct));
}

TEST_F(ChooseAlgorithmTest, LargeTilesWhereThereAreManyOrTheChannelsAreDeep) {
  EXPECT_EQ(chosen(Kind::forward_inference, 1, 64, 64, 56), Algorithm::winograd_large);
  EXPECT_EQ(chosen(Kind::forward_inference, 1, 256, 256, 14), Algorithm::winograd_large);
  EXPECT_EQ(chosen(Kind::forward_inference, 1, 64, 64, 14), Algorithm::winograd);
  const auto large = make_convolution(square(Kind::forward_inference, 1, 32, 32, 20), kThreads);
  ASSERT_TRUE(large);
  EXPECT_NE(large->implementation().find("wino_4x3"), std::string_view::npos);
}

TEST(ChooseAlgorithm, CandidatesBeginWithTheRulesChoice) {
  const auto large = candidates(square(Kind::forward_training, 64, 64, 64, 16));
  ASSERT_EQ(large.size(), 4u);
  EXPECT_EQ(large[0].algorithm, Algorithm::winograd);
  EXPECT_EQ(large[1].algorithm, Algorithm::direct);
  EXPECT_EQ(large[2].x.layout, channels_last(4));
  EXPECT_EQ(large[3].y.layout, row_major(4));
  EXPECT_EQ(candidates(square(Kind::forward_training, 1, 64, 64, 4))[0].algorithm, Algorithm::direct);
}

TEST(ChooseAlgorithm, CandidatesKeepLayoutsThatAreDecided) {
  ConvSpec spec = square(Kind::forward_training, 64, 64, 64, 16);
  spec.x.layout = spec.y.layout = {"aBcd16b"};
  for (const ConvSpec& way : candidates(spec)) EXPECT_EQ(way.x.layout.name, "aBcd16b");
}

}  // namespace
}  // namespace tenon::onednn
