#include <algorithm>
#include <limits>

#include "onnx/attention.h"
#include "onnx/rules.h"
#include "onnx/shapes.h"
#include "op/writing.h"

// Attention of ONNX itself (opset 23 on), rotary embeddings, and caches of keys and values.
namespace tenon::onnx {

namespace {
constexpr double kLowest = -std::numeric_limits<double>::infinity();

// Each of the last axis' places that the mask leaves out is seen by no query.
Value mask_bias(const Call& call, Value mask, Value q, Value k) {
  const Dim own = mask.type().dims.back(), keys = k.type().dims[2];
  if (own.is_constant() && keys.is_constant() && own.constant() < keys.constant()) {
    PadOptions missing{Ints(static_cast<std::size_t>(mask.rank()), 0),
                       Ints(static_cast<std::size_t>(mask.rank()), 0)};
    missing.high.back() = keys.constant() - own.constant();
    missing.value = mask.dtype() == DType::boolean ? 0 : kLowest;
    mask = pad(mask, missing);
  }
  call.require(mask.dtype() == DType::boolean || mask.dtype() == q.dtype(), "its mask is ", mask.type());
  return mask.dtype() == DType::boolean ? bias_where(mask, q, kLowest) : mask;
}

Value sum_of(Value a, Value b) { return a.defined() ? a + b : b; }

std::optional<std::int64_t> window(const Call& call, std::string_view name) {
  const std::int64_t size = call.integer(name, -1);
  return size < 0 ? std::nullopt : std::optional(size);
}

// The number of the first query among the keys: behind the cache, which stands in an input or, where
// `lengths` says how much of each is filled, in the keys themselves.
Value first_place(const Call& call, Value q, Value past, Value lengths) {
  if (past.defined()) return as_scalar(size_of_axis(call, past, 2));
  if (!lengths.defined()) return {};
  return reshape(lengths, Ints{-1, 1, 1, 1}) - as_scalar(size_of_axis(call, q, 2));
}

AttentionScores scores_of(const Call& call, Value q, Value k, Value past) {
  AttentionScores scores{call.number("scale", 0), call.number("softcap", 0), {}, false};
  const Value lengths = call.has(6) ? cast_to(call.input(6), DType::i64) : Value();
  if (call.has(3)) scores.bias = mask_bias(call, call.input(3), q, k);
  Reach reach{window(call, "left_window_size"), window(call, "right_window_size")};
  if (call.flag("is_causal")) reach.right = 0;
  if (reach.left || reach.right)
    scores.bias =
        sum_of(scores.bias,
               bias_where(within_reach(call, q, k, first_place(call, q, past, lengths), reach), q, kLowest));
  if (lengths.defined()) {
    const Value keys = transpose(places_along(call, k, 2), {0, 1, 3, 2});
    scores.bias = sum_of(scores.bias, bias_where(keys < reshape(lengths, Ints{-1, 1, 1, 1}), q, kLowest));
  }
  scores.may_mask_rows = scores.bias.defined();
  return scores;
}

Value wanted_scores(const Call& call, const Attended& attended) {
  switch (call.integer("qk_matmul_output_mode", 0)) {
    case 0:
      return attended.scores;
    case 1:
      return attended.capped;
    case 2:
      return attended.biased;
    default:
      return attended.weights;
  }
}

std::vector<Item> attention(const Call& call) {
  Value q = call.input(0), k = call.input(1), v = call.input(2);
  const bool is_flat = q.rank() == 3;
  if (is_flat) {
    const std::int64_t heads = call.integer("q_num_heads"), key_heads = call.integer("kv_num_heads");
    call.require(heads > 0 && key_heads > 0, "it needs numbers of heads");
    q = split_heads(q, heads);
    k = split_heads(k, key_heads);
    v = split_heads(v, key_heads);
  }
  const Value past = call.input_or(4);
  if (past.defined()) k = concat({past, k}, 2);
  if (call.has(5)) v = concat({call.input(5), v}, 2);
  const Attended attended = attend(call, q, k, v, scores_of(call, q, k, past));
  return {is_flat ? merge_heads(attended.y) : attended.y, k, v, wanted_scores(call, attended)};
}

// Only a part of each row may be meant.
Value narrowed(const Call& call, Value cache) {
  const std::int64_t size = call.integer("rotary_embedding_dim", 0);
  return size == 0 ? cache : slice(cache, {{-1, 0, size / 2}});
}

std::vector<Item> rotary(const Call& call, Value cosines, Value sines, Value positions) {
  const Value x = call.input(0);
  const Rotation rotation{rows_of(narrowed(call, cosines), positions),
                          rows_of(narrowed(call, sines), positions), call.flag("interleaved")};
  if (x.rank() == 4) return {transpose(rotated(call, transpose(x, {0, 2, 1, 3}), rotation), {0, 2, 1, 3})};
  const std::int64_t heads = call.integer("num_heads", 0);
  const Dim half = rotation.cosines.type().dims[3];
  call.require(heads > 0 || half.is_constant(), "it needs num_heads");
  const Value split =
      heads > 0 ? reshape(x, Ints{0, 0, heads, -1}) : reshape(x, Ints{0, 0, -1, 2 * half.constant()});
  return {reshape(rotated(call, split, rotation), Ints{0, 0, -1})};
}

std::vector<Item> rotary_embedding(const Call& call) {
  const Value positions = call.has(3) ? cast_to(call.input(3), DType::i64) : Value();
  return rotary(call, call.input(1), call.input(2), positions);
}

// The positions are given one by one, or by the first.
std::vector<Item> rotary_embedding_of_contrib(const Call& call) {
  call.require(!call.flag("is_packed_batching") && call.number("scale", 1.0) == 1.0,
               "packed batches and scales are not supported");
  const Value x = call.input(0);
  Value positions = cast_to(call.input(1), DType::i64);
  if (positions.rank() == 1)
    positions = reshape(counted(call, size_of_axis(call, x, x.rank() - 2)), Ints{1, -1}) + positions;
  return rotary(call, call.input(2), call.input(3), positions);
}

// The update written over the cache from each entry's place on: each place of the result looks for its own.
std::vector<Item> scattering_into_cache(const Call& call) {
  const std::int64_t rank = call.input(0).rank();
  const std::int64_t axis = place_of(call, call.integer("axis", -2), rank);
  call.require(axis > 0, "its axis is that of the batch");
  const bool is_circular = call.text("mode", "linear") == "circular";
  Ints front, back(static_cast<std::size_t>(rank));
  for (std::int64_t i = 0; i < rank; ++i)
    if (i != axis) front.push_back(i);
  front.insert(front.begin() + 1, axis);
  for (std::size_t i = 0; i < front.size(); ++i)
    back[static_cast<std::size_t>(front[i])] = static_cast<std::int64_t>(i);

  const Value cache = transpose(call.input(0), front), update = transpose(call.input(1), front);
  const Value size = as_scalar(size_of_axis(call, cache, 1)),
              length = as_scalar(size_of_axis(call, update, 1));
  Value from = reshape(counted(call, size_of_axis(call, cache, 1)), Ints{1, -1});
  if (call.has(2)) from = from - reshape(cast_to(call.input(2), DType::i64), Ints{-1, 1});
  if (is_circular) from = mod(from, size);
  const Value batch = size_of_axis(call, cache, 0);
  from = stretched(call, from, constant_if_known(call, concat({batch, size_of_axis(call, cache, 1)}, 0)));
  const Value last = maximum(length - 1.0, 0.0);
  const Value found = gather_nd(update, insert_axes(minimum(maximum(from, 0.0), last), {2}), 1);
  Value is_new = logical_and(from >= 0.0, from < length);
  Ints shape(static_cast<std::size_t>(rank), 1);
  shape[0] = shape[1] = 0;
  if (rank > 2) is_new = reshape(is_new, shape);
  return {transpose(select(is_new, found, cache), back)};
}
}  // namespace

void add_attention_rules(Rules& rules) {
  rules.add("Attention", attention);
  rules.add("RotaryEmbedding", rotary_embedding);
  rules.add("TensorScatter", scattering_into_cache);
  rules.add("com.microsoft", "RotaryEmbedding", rotary_embedding_of_contrib);
  add_contrib_attention_rules(rules);
  add_grouped_attention_rules(rules);
}

}  // namespace tenon::onnx
