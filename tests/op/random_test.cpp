#include "op/random.h"

#include "op/expect.h"

namespace tenon::test {
namespace {

Tensor key(std::uint64_t seed, std::uint64_t step) { return Tensor::of<std::uint64_t>({2}, {seed, step}); }

Tensor uniform(const Tensor& k, Shape shape, std::int64_t stream = 0, DType dtype = DType::f64) {
  return run({k}, [&](auto v) { return random_uniform(v[0], shape, stream, dtype); });
}

double mean(const Tensor& x) {
  double sum = 0;
  for (std::int64_t i = 0; i < x.size(); ++i) sum += x.number(i);
  return sum / static_cast<double>(x.size());
}

// The generator's published answer for counter and key 0.
TEST(Random, TakesTheWordsOfPhilox) {
  const RandomStream stream(key(0, 0), 0);
  EXPECT_EQ(stream.word(0), 0x6627e8d5u);
  EXPECT_EQ(stream.word(1), 0xe169c58du);
  EXPECT_EQ(stream.word(3), 0x9b00dbd8u);
  EXPECT_EQ(uniform(key(0, 0), {1}, 0, DType::f32).number(0), (0x6627e8d5u >> 8) / 16777216.0);
}

TEST(Random, IsAFunctionOfSeedStepStreamAndPlace) {
  const Tensor x = uniform(key(1, 2), {4, 3}, 3);
  expect_same(uniform(key(1, 2), {12}, 3).reshape({4, 3}), x);
  for (const Tensor& other :
       {uniform(key(2, 2), {4, 3}, 3), uniform(key(1, 3), {4, 3}, 3), uniform(key(1, 2), {4, 3}, 4)})
    for (std::int64_t i = 0; i < x.size(); ++i) EXPECT_NE(x.number(i), other.number(i));
}

TEST(Random, UniformStaysBelowOneInEveryType) {
  for (const DType dtype : {DType::f64, DType::f32, DType::f16, DType::bf16}) {
    const Tensor x = uniform(key(5, 0), {4096}, 1, dtype);
    for (std::int64_t i = 0; i < x.size(); ++i) EXPECT_TRUE(x.number(i) >= 0 && x.number(i) < 1);
    EXPECT_NEAR(mean(x), 0.5, 0.02);
  }
}

TEST(Random, NormalHasMeanZeroAndDeviationOne) {
  const Tensor x = run({key(5, 0)}, [](auto v) { return random_normal(v[0], {4096}, 1, DType::f64); });
  const Tensor squares = run({x}, [](auto v) { return v[0] * v[0]; });
  EXPECT_NEAR(mean(x), 0, 0.05);
  EXPECT_NEAR(mean(squares), 1, 0.08);
}

TEST(Random, BernoulliComparesIntegers) {
  const auto drawn = [](double p) {
    return run({key(5, 0)}, [&](auto v) { return random_bernoulli(v[0], {4096}, p, 1, DType::f32); });
  };
  EXPECT_EQ(mean(drawn(0)), 0);
  EXPECT_EQ(mean(drawn(1)), 1);
  EXPECT_NEAR(mean(drawn(0.25)), 0.25, 0.03);
  EXPECT_EQ(bernoulli_threshold(0.5), std::uint64_t{1} << 31);
}

TEST(Random, TakesTheShapeOfAnother) {
  Graph g;
  const Value k = g.input("key", {DType::u64, {2}});
  const Value x = g.input("x", {DType::f16, {"N", 3}});
  EXPECT_EQ(to_string(random_normal_like(k, x, 1).type()), "f16[N, 3]");
  EXPECT_EQ(to_string(random_bernoulli_like(k, x, 0.5, 1).type()), "bool[N, 3]");
  expect_same(run({key(1, 1), counting({2, 2})}, [](auto v) { return random_uniform_like(v[0], v[1], 7); }),
              uniform(key(1, 1), {2, 2}, 7));
}

TEST(Random, EachTurnOfALoopHasAKeyOfItsOwn) {
  expect_same(run({key(7, 9), i64({}, {3})}, [](auto v) { return key_at(v[0], v[1]); }),
              key(7, (std::uint64_t{3} << 32) + 9));
}

TEST(Random, SaysWhatDoesNotFit) {
  Graph g;
  const Value k = g.input("key", {DType::u64, {2}});
  const Value bad = g.input("bad", {DType::i64, {2}});
  expect_error([&] { random_uniform(bad, {2}, 0); }, {"random_uniform", "u64[2] of (seed, step)", "i64[2]"});
  expect_error([&] { random_uniform(k, {2}, 0, DType::i32); }, {"i32 is no float type"});
  expect_error([&] { random_uniform(k, {-2}, 0); }, {"negative"});
  expect_error([&] { random_bernoulli(k, {2}, 1.5, 0); }, {"probability"});
  expect_error([&] { g.emit1(Op::random_normal, {k}, {{"stream", std::int64_t{0}}}); },
               {"no shape is given"});
}

}  // namespace
}  // namespace tenon::test
