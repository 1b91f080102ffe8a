// Random programs, lowered and interpreted, against the reference.
#include <gtest/gtest.h>

#include <random>

#include "codegen/lowering.h"

namespace tenon::codegen {
namespace {

class Writer {
 public:
  explicit Writer(unsigned seed) : random_(seed) {
    for (int i = 0; i < 3; ++i) pool_.push_back(graph_.input(cat("x", i), {DType::f32, dims(some_shape())}));
  }

  Graph write() {
    const int steps = 4 + pick(10);
    for (int i = 0; i < steps; ++i) pool_.push_back(bounded(step()));
    graph_.output("last", pool_.back());
    for (int i = 0; i < 2; ++i) graph_.output(cat("o", i), any());
    // What replaces an input, as an optimiser's step does.
    graph_.output("next", pool_[0] - reshape(broadcast_to(reduce_mean(any()), {pool_[0].type().size()}),
                                             shape(pool_[0])) *
                                         pool_[0]);
    return std::move(graph_);
  }

 private:
  int pick(int count) { return static_cast<int>(random_() % static_cast<unsigned>(count)); }
  Value any() { return pool_[static_cast<std::size_t>(pick(static_cast<int>(pool_.size())))]; }
  Value with_axes() {
    const Value x = any();
    return x.rank() > 0 ? x : reshape(x, {1});
  }
  static std::vector<Dim> dims(const Shape& shape) { return {shape.begin(), shape.end()}; }
  Shape shape(Value x) { return x.type().shape(); }

  Shape some_shape() {
    constexpr std::int64_t kExtents[] = {1, 2, 3, 4, 5, 6, 17, 20};
    Shape shape(static_cast<std::size_t>(1 + pick(3)));
    for (std::int64_t& extent : shape) extent = kExtents[pick(8)];
    return shape;
  }

  Value bounded(Value x) { return pick(4) == 0 ? tanh(x) : clamp(x, -4.0, 4.0); }

  Value step() {
    switch (pick(16)) {
      case 0:
        return exp(any());
      case 1:
        return reduced();
      case 2:
        return centred();
      case 3:
        return softmax(with_axes(), -1);
      case 4:
        return transposed();
      case 5:
        return reshaped();
      case 6:
        return product();
      case 7:
        return gathered();
      case 8:
        return one_hot(arg_max(with_axes(), -1), 5);
      case 9:
        return softmax(with_axes(), 0);
      case 10:
        return sliced();
      case 11:
        return padded();
      case 12:
        return joined();
      case 13:
        return cumsum(with_axes(), -1, {pick(2) == 0, pick(2) == 0});
      default:
        return combined();
    }
  }

  // With whatever it broadcasts with, itself at least.
  Value combined() {
    const Value a = any();
    Value b = a;
    for (int i = 0; i < 6; ++i)
      if (const Value other = any(); broadcasts(shape(a), shape(other))) b = other;
    return pick(2) ? a * b : select(a > b, a, a - b);
  }
  static bool broadcasts(const Shape& a, const Shape& b) {
    for (std::size_t i = 1; i <= std::min(a.size(), b.size()); ++i) {
      const std::int64_t x = a[a.size() - i];
      const std::int64_t y = b[b.size() - i];
      if (x != y && x != 1 && y != 1) return false;
    }
    return true;
  }

  Ints some_axes(Value x) {
    Ints axes;
    for (std::int64_t i = 0; i < x.rank(); ++i)
      if (pick(2)) axes.push_back(i);
    return axes;
  }
  Value reduced() {
    const Value x = any();
    return pick(2) ? reduce_sum(x, some_axes(x), pick(2)) : reduce_max(x, some_axes(x), pick(2));
  }
  Value centred() {
    const Value x = any();
    return x - reduce_mean(x, some_axes(x), true);
  }

  Value transposed() {
    const Value x = any();
    Ints perm;
    for (std::int64_t i = 0; i < x.rank(); ++i) perm.push_back(i);
    std::shuffle(perm.begin(), perm.end(), random_);
    return transpose(x, perm);
  }

  Value reshaped() {
    const Value x = any();
    const std::int64_t size = x.type().size();
    for (const std::int64_t part : {6, 5, 4, 3, 2})
      if (size % part == 0) return reshape(x, pick(2) ? Ints{part, size / part} : Ints{size / part, part});
    return reshape(x, {size});
  }

  Value product() {
    const Value x = any();
    const Value a = reshape(x, {-1, shape(x).empty() ? 1 : shape(x).back()});
    const Value y = any();
    const std::int64_t depth = shape(a).back();
    constexpr std::int64_t kSlow = 2000;  // to interpret
    if (x.type().size() * y.type().size() / depth > kSlow || x.type().size() * shape(a)[0] > kSlow) return x;
    if (y.type().size() % depth != 0) return matmul(a, a, {false, true});
    const Value b = reshape(y, {y.type().size() / depth, depth});
    return pick(2) ? matmul(a, b, {false, true}) : matmul(a, transpose(b, {1, 0}));
  }

  Value sliced() {
    const Value x = with_axes();
    SliceSpec part{pick(static_cast<int>(x.rank())), pick(3), SliceSpec::kEnd, 1 + pick(2)};
    if (pick(3) == 0) part = {part.axis, -1 - pick(2), SliceSpec::kBeforeStart, -part.step};
    const Value y = slice(x, {part});
    return y.type().size() > 0 ? y : x;
  }
  Value padded() {
    const Value x = with_axes();
    PadOptions options{Ints(x.type().dims.size()), Ints(x.type().dims.size())};
    for (std::size_t i = 0; i < options.low.size(); ++i) options.low[i] = pick(3), options.high[i] = pick(3);
    constexpr const char* kModes[] = {"constant", "edge", "reflect", "wrap"};
    options.mode = kModes[pick(4)];
    return x.type().size() < kLarge ? pad(x, options) : x;
  }
  Value joined() {
    const Value x = with_axes();
    return x.type().size() < kLarge ? concat({x, sqrt(abs(x)), x}, pick(static_cast<int>(x.rank()))) : x;
  }

  Value gathered() {
    const Value x = any();
    if (x.rank() == 0) return x;
    const auto axis = pick(static_cast<int>(x.rank()));
    const Value places =
        rem(arg_max(with_axes(), -1), static_cast<double>(shape(x)[static_cast<std::size_t>(axis)]));
    const bool from_the_end = pick(2) == 0;
    const std::int64_t rows = x.type().size() / shape(x)[static_cast<std::size_t>(axis)];
    if (rows * places.type().size() > kLarge) return x;
    return gather(x, from_the_end ? -1.0 - places : places, axis);
  }

  static constexpr std::int64_t kLarge = 4000;  // elements: more would be slow to interpret
  std::mt19937 random_;
  Graph graph_{"random"};
  std::vector<Value> pool_;
};

// Every output takes an input's memory that can.
std::vector<InPlace> in_place_of(const Graph& program) {
  std::vector<InPlace> pairs;
  const auto outputs = static_cast<std::uint32_t>(program.outputs().size());
  for (std::uint32_t input = 0; input < program.inputs().size(); ++input)
    for (std::uint32_t output = outputs; output-- > 0;) {
      const bool taken =
          std::any_of(pairs.begin(), pairs.end(), [&](const InPlace& p) { return p.output == output; });
      if (taken ||
          program.type(program.outputs()[output].ref) != program.nodes()[program.inputs()[input]].results[0])
        continue;
      pairs.push_back({input, output});
      break;
    }
  return pairs;
}

class LowerRandom : public ::testing::TestWithParam<unsigned> {};

TEST_P(LowerRandom, IsWhatTheProgramMeans) {
  for (unsigned seed = GetParam(); seed < GetParam() + 20; ++seed) {
    SCOPED_TRACE(cat("seed ", seed));
    const Graph program = Writer(seed).write();
    expect_lowered(program, {.in_place = in_place_of(program)}, {1e-4, 1e-3});
    if (HasFailure()) break;
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, LowerRandom, ::testing::Range(0u, 200u, 20u));

}  // namespace
}  // namespace tenon::codegen
