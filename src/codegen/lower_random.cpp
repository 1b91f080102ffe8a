#include "codegen/lower_random.h"

#include <array>
#include <cmath>

#include "op/random.h"
#include "tenon/ops.h"

namespace tenon::codegen {

namespace {
constexpr std::int64_t kWordsOfBlock = 4;

Value constant(Graph& graph, DType dtype, std::uint64_t number) {
  return graph.constant(Tensor::scalar(number).cast(dtype));
}

// Values of one block each, of type u32[blocks].
class Philox {
 public:
  Philox(Value key, std::int64_t blocks, std::int64_t stream) : graph_(key.graph()), shape_{blocks} {
    const Value seed = part(key, 0);
    const Value step = part(key, 1);
    const Value block = iota(graph_, shape_, 0, DType::u64);
    key_[0] = low(seed);
    key_[1] = high(seed);
    words_ = {low(block), bitwise_xor(high(step), high(block)), low(step),
              spread(constant(graph_, DType::u32, static_cast<std::uint32_t>(stream)))};
  }

  std::array<Value, kWordsOfBlock> run() {
    constexpr int kRounds = 10;
    for (int round = 0; round < kRounds; ++round) {
      if (round > 0) bump_key();
      this->round();
    }
    return words_;
  }

 private:
  Value spread(Value scalar) { return broadcast_to(scalar, shape_); }
  Value part(Value key, std::int64_t place) {
    return spread(slice(key, {{.axis = 0, .start = place, .end = place + 1}}));
  }
  Value low(Value x) { return cast(x, DType::u32); }
  Value high(Value x) { return cast(shift_right(x, spread(constant(graph_, DType::u64, 32))), DType::u32); }

  Value product(Value x, std::uint64_t factor) {
    return mul(cast(x, DType::u64), spread(constant(graph_, DType::u64, factor)));
  }

  void round() {
    const Value first = product(words_[0], 0xD2511F53);
    const Value second = product(words_[2], 0xCD9E8D57);
    words_ = {bitwise_xor(bitwise_xor(high(second), words_[1]), key_[0]), low(second),
              bitwise_xor(bitwise_xor(high(first), words_[3]), key_[1]), low(first)};
  }

  void bump_key() {
    key_[0] = add(key_[0], spread(constant(graph_, DType::u32, 0x9E3779B9)));
    key_[1] = add(key_[1], spread(constant(graph_, DType::u32, 0xBB67AE85)));
  }

  Graph& graph_;
  Ints shape_;
  std::array<Value, 2> key_;
  std::array<Value, kWordsOfBlock> words_;
};

// u32[blocks, 4]
Value words_of(Value key, std::int64_t count, std::int64_t stream) {
  const std::int64_t blocks = (count + kWordsOfBlock - 1) / kWordsOfBlock;
  const auto words = Philox(key, blocks, stream).run();
  const Ints shape{blocks, kWordsOfBlock};
  const auto column = [&](Value word) { return broadcast_to(reshape(word, {blocks, 1}), shape); };
  const Value place = iota(key.graph(), shape, 1, DType::i32);
  Value result = column(words[3]);
  for (std::int64_t i = kWordsOfBlock - 1; i-- > 0;)
    result = select(equal(place, static_cast<double>(i)), column(words[static_cast<std::size_t>(i)]), result);
  return result;
}

// One word an element.
Value flat(Value words, std::int64_t count, const Ints& shape) {
  return reshape(slice(reshape(words, {-1}), {{.axis = 0, .start = 0, .end = count}}), shape);
}

Value uniform(Value bits, DType dtype) {
  const int kept = dtype == DType::f32 ? 24 : dtype == DType::f16 ? 11 : 8;
  const Value top = shift_right(bits, static_cast<double>(32 - kept));
  return cast(mul(cast(top, DType::f32), std::ldexp(1.0, -kept)), dtype);
}

Value bernoulli(Value bits, double p, DType dtype) {
  const std::uint64_t threshold = bernoulli_threshold(p);
  const Value limit = constant(bits.graph(), DType::u64, threshold);
  return cast(less(cast(bits, DType::u64), limit), dtype);
}
}  // namespace

bool is_lowered_random(const Node& node) {
  return node.op == Op::random_bernoulli ||
         (node.op == Op::random_uniform && node.results[0].dtype != DType::f64);
}

WrittenRandom write_random(const Node& node, Value key) {
  const Type& type = node.results[0];
  const Value words = words_of(key, type.size(), node.attrs.integer("stream"));
  const Value bits = flat(words, type.size(), type.shape());
  const bool is_uniform = node.op == Op::random_uniform;
  return {is_uniform ? uniform(bits, type.dtype) : bernoulli(bits, node.attrs.number("p"), type.dtype),
          words};
}

}  // namespace tenon::codegen
