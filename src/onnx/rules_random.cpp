#include <bit>

#include "onnx/importing.h"
#include "onnx/random.h"
#include "onnx/rules.h"
#include "onnx/shapes.h"
#include "op/writing.h"

// Random numbers. A node that has a seed draws in the n-th run of every engine what it draws in the n-th run
// of another; one without draws what nobody can foresee.
namespace tenon::onnx {

namespace {
// Seeds are floats in most ops, and an integer in Dropout.
Value key_of(const Call& call) {
  const Value key = call.scope().body().random_key();
  const Attribute* const given = call.attribute("seed");
  if (!given) return key;
  const auto seed = given->kind == AttributeKind::integer ? static_cast<std::uint64_t>(given->integer)
                                                          : std::bit_cast<std::uint64_t>(call.number("seed"));
  return concat({call.constant(Tensor::of<std::uint64_t>({1}, {seed})), slice(key, {{0, 1, 2}})}, 0);
}

std::int64_t stream_of(const Call& call) { return call.import().next_stream(); }

Value uniform_in(const Call& call, Value zero_to_one) {
  const double low = call.number("low", 0.0), high = call.number("high", 1.0);
  return zero_to_one * (high - low) + low;
}

Value normal_of(const Call& call, Value standard) {
  return standard * call.number("scale", 1.0) + call.number("mean", 0.0);
}

std::vector<Item> uniform(const Call& call) {
  const DType dtype = call.dtype("dtype", DType::f32);
  return {uniform_in(call, random_uniform(key_of(call), call.ints("shape"), stream_of(call), dtype))};
}

std::vector<Item> normal(const Call& call) {
  const DType dtype = call.dtype("dtype", DType::f32);
  return {normal_of(call, random_normal(key_of(call), call.ints("shape"), stream_of(call), dtype))};
}

// Of a type that may be another one than the input's.
Value shaped_like(const Call& call, DType otherwise) {
  return cast_to(call.input(0), call.dtype("dtype", otherwise));
}

std::vector<Item> uniform_like(const Call& call) {
  const Value like = shaped_like(call, call.input(0).dtype());
  return {uniform_in(call, random_uniform_like(key_of(call), like, stream_of(call)))};
}

std::vector<Item> normal_like(const Call& call) {
  const Value like = shaped_like(call, call.input(0).dtype());
  return {normal_of(call, random_normal_like(key_of(call), like, stream_of(call)))};
}

std::vector<Item> bernoulli(const Call& call) {
  const Value p = call.input(0);
  const Value drawn = random_uniform_like(key_of(call), p, stream_of(call));
  return {cast_to(drawn < p, call.dtype("dtype", p.dtype()))};
}

// Logarithms of weights [batch, classes] to classes [batch, samples]: the first whose share, added to those
// before it, is above the number that was drawn.
std::vector<Item> multinomial(const Call& call) {
  const Value scores = call.input(0);
  call.require(scores.rank() == 2, "it needs scores of two axes");
  const Value shares = cumsum(softmax(cast_to(scores, DType::f32), 1), 1);
  const Value sizes =
      concat({size_of_axis(call, scores, 0), call.integers({call.integer("sample_size", 1)})}, 0);
  const Value like = stretched(call, call.constant(Tensor::scalar(0.0F)), constant_if_known(call, sizes));
  const Value drawn = random_uniform_like(key_of(call), like, stream_of(call));
  const Value below = insert_axes(drawn, {2}) >= insert_axes(shares, {1});
  const Value place = reduce_sum(cast(below, DType::i64), {2});
  const Value last = size_of_axis(call, scores, 1) - 1.0;
  return {cast_to(minimum(place, last), call.dtype("dtype", DType::i32))};
}
}  // namespace

std::vector<Item> drop_in_training(const Call& call, Value x, Value rate, Value training) {
  const Value drawn = random_uniform_like(key_of(call), cast_to(x, DType::f32), stream_of(call));
  const Value stays = drawn >= cast_to(rate, DType::f32);
  const Value kept = logical_or(stays, logical_not(training));
  const Value scaled = select(stays, x / (1.0 - cast_to(rate, x.dtype())), 0.0);
  return {select(training, scaled, x), kept};
}

void add_random_rules(Rules& rules) {
  rules.add("Bernoulli", bernoulli);
  rules.add("Multinomial", multinomial);
  rules.add("RandomNormal", normal);
  rules.add("RandomNormalLike", normal_like);
  rules.add("RandomUniform", uniform);
  rules.add("RandomUniformLike", uniform_like);
}

}  // namespace tenon::onnx
