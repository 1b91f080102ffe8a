// Transforms, determinants and n-grams.
#include "onnx/close_to.h"
#include "onnx/model_writer.h"
#include "support/message_of.h"

namespace tenon::onnx_models {

namespace {
const Attribute kOnesided{"onesided", std::int64_t{1}};
const Attribute kInverse{"inverse", std::int64_t{1}};
const Attribute kAxisOne{"axis", std::int64_t{1}};

TEST(OnnxSignal, TheInverseTransformGivesTheSignalBack) {
  const Tensor x = waves({2, 7, 2});
  const auto spectrum = run(OneNode{"DFT", {kAxisOne}}, {x});
  expect_close(run(OneNode{"DFT", {kAxisOne, kInverse}}, spectrum).at(0), x);
}

TEST(OnnxSignal, HalfTheSpectrumIsEnoughForARealSignal) {
  for (const std::int64_t length : {8, 9}) {
    const Tensor x = waves({2, length, 1});
    const auto half = run(OneNode{"DFT", {kAxisOne, kOnesided}}, {x});
    EXPECT_EQ(half[0].shape(), (Shape{2, length / 2 + 1, 2}));
    const OneNode back{"DFT", {kAxisOne, kInverse, kOnesided}, 17, {}, 1, true};
    expect_close(run(back, {half[0], Tensor::scalar(length)}).at(0), x);
  }
}

TEST(OnnxSignal, ASignalIsCutOrFilledToTheLength) {
  const OneNode node{"DFT", {kAxisOne}, 17, {}, 1, true};
  const Tensor filled = floats({1, 4, 1}, {1, 2, 0, 0}), cut = floats({1, 1, 1}, {1});
  const Tensor x = floats({1, 2, 1}, {1, 2});
  expect_close(run(node, {x, Tensor::scalar<std::int64_t>(4)}).at(0),
               run(OneNode{"DFT", {kAxisOne}}, {filled}).at(0));
  expect_close(run(node, {x, Tensor::scalar<std::int64_t>(1)}).at(0),
               run(OneNode{"DFT", {kAxisOne}}, {cut}).at(0));
}

TEST(OnnxAlgebra, ADeterminantExchangesRows) {
  const Tensor matrices = floats({2, 3, 3}, {0, 2, 0, 1, 0, 0, 0, 0, 3,  //
                                             1, 2, 3, 4, 5, 6, 7, 8, 9});
  const auto y = run(OneNode{"Det"}, {matrices});
  expect_close(y.at(0), floats({2}, {-6, 0}), 1e-5);
}

// Unigrams 7 and 8, and the pair 7 8.
OneNode grams(const std::string& mode) {
  return {"TfIdfVectorizer",
          {{"mode", mode},
           {"min_gram_length", std::int64_t{1}},
           {"max_gram_length", std::int64_t{2}},
           {"max_skip_count", std::int64_t{1}},
           {"ngram_counts", Ints{0, 2}},
           {"ngram_indexes", Ints{3, 0, 1}},
           {"pool_int64s", Ints{7, 8, 7, 8}},
           {"weights", std::vector<double>{10, 0.5, 1, 2}}}};
}

TEST(OnnxGrams, AreCountedIntoTheirColumns) {
  const Tensor ids = longs({2, 4}, {7, 8, 8, 1, 7, 7, 7, 7});
  expect_close(run(grams("TF"), {ids}).at(0), floats({2, 4}, {2, 2, 0, 1, 0, 0, 0, 4}));
  expect_close(run(grams("IDF"), {ids}).at(0), floats({2, 4}, {10, 0.5, 0, 2, 0, 0, 0, 2}));
  expect_close(run(grams("TFIDF"), {ids}).at(0), floats({2, 4}, {20, 1, 0, 2, 0, 0, 0, 8}));
}

TEST(OnnxGrams, APoolThatDoesNotFitIsRefused) {
  OneNode node = grams("TF");
  node.attributes[4] = {"ngram_counts", Ints{0, 1}};
  EXPECT_NE(message_of([&] { run(node, {longs({2}, {7, 8})}); }).find("its ngram_counts do not fit its pool"),
            std::string::npos);
}
}  // namespace

}  // namespace tenon::onnx_models
