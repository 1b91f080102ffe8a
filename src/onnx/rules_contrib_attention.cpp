#include <limits>

#include "onnx/attention.h"
#include "onnx/rules.h"
#include "onnx/shapes.h"
#include "op/writing.h"

// The attention of com.microsoft, as transformer optimisers write it.
namespace tenon::onnx {

namespace {
// Where keys are masked a large negative number is added, so that a row without any is an average.
Value padding_bias(const Call& call, Value mask, Value q, Value k) {
  const double filler = call.number("mask_filter_value", -10000.0);
  const Value keys = transpose(places_along(call, k, 2), {0, 1, 3, 2});
  if (mask.rank() == 1) {  // how many keys of each entry there are; in twice as many, their first ones too
    const Dim entries = mask.type().dims[0], batch = q.type().dims[0];
    const bool has_starts = entries.is_constant() && batch.is_constant() && !(entries == batch);
    call.require(!has_starts || entries.constant() == 2 * batch.constant(), "its mask of ", entries,
                 " numbers is not supported");
    const Value wide = cast_to(mask, DType::i64);
    const auto column = [&](Value x) { return reshape(x, Ints{-1, 1, 1, 1}); };
    if (!has_starts) return bias_where(keys < column(wide), q, filler);
    const std::int64_t count = batch.constant();
    const Value is_inside =
        logical_and(keys < column(slice(wide, {{0, 0, count}})), keys >= column(slice(wide, {{0, count}})));
    return bias_where(is_inside, q, filler);
  }
  call.require(mask.rank() <= 3, "a mask of ", mask.rank(), " axes is not supported");
  const Value is_there = mask.dtype() == DType::boolean ? mask : not_equal(mask, 0.0);
  return bias_where(insert_axes(is_there, mask.rank() == 2 ? Ints{1, 2} : Ints{1}), q, filler);
}

struct Heads {
  Value q, k, v;
  Value past_length;  // undefined without a past
};

AttentionScores scores_of(const Call& call, const Heads& heads, Value mask, Value bias) {
  AttentionScores scores{call.number("scale", 0), 0, bias, false};
  const auto add_bias = [&](Value more) { scores.bias = scores.bias.defined() ? scores.bias + more : more; };
  if (mask.defined()) add_bias(padding_bias(call, mask, heads.q, heads.k));
  if (call.flag("unidirectional")) {
    const Value allowed = within_reach(call, heads.q, heads.k, heads.past_length, {{}, 0});
    const bool is_half = heads.q.dtype() == DType::f16;
    add_bias(bias_where(allowed, heads.q, is_half ? -65504.0 : -std::numeric_limits<float>::max()));
  }
  return scores;
}

Value behind(Value past, Value now) { return past.defined() ? concat({past, now}, 2) : now; }

// Weights of queries, keys and values stand side by side: [inputs, 3 heads size].
std::vector<Item> attention(const Call& call) {
  call.require(!call.flag("do_rotary") && !call.flag("past_present_share_buffer"),
               "rotation and shared buffers are not supported");
  const std::int64_t heads = call.integer("num_heads");
  call.require(heads > 0, "num_heads is ", heads);
  Value all = matmul(call.input(0), call.input(1));
  if (call.has(2)) all = all + call.input(2);
  const Dim width = all.type().dims[2];
  Ints sizes = call.ints("qkv_hidden_sizes");
  if (sizes.empty()) {
    call.require(width.is_constant(), "the size of its weights must be known");
    sizes.assign(3, width.constant() / 3);
  }
  call.require(sizes.size() == 3, "qkv_hidden_sizes needs 3 entries");
  Heads own;
  own.q = split_heads(slice(all, {{2, 0, sizes[0]}}), heads);
  own.k = split_heads(slice(all, {{2, sizes[0], sizes[0] + sizes[1]}}), heads);
  own.v = split_heads(slice(all, {{2, sizes[0] + sizes[1]}}), heads);
  if (call.has(4)) {  // [2, batch, heads, tokens, size]
    const Value past_keys = at_place(call, call.input(4), 0, 0);
    own.past_length = as_scalar(size_of_axis(call, past_keys, 2));
    own.k = behind(past_keys, own.k);
    own.v = behind(at_place(call, call.input(4), 1, 0), own.v);
  }
  const Value y =
      attend(call, own.q, own.k, own.v, scores_of(call, own, call.input_or(3), call.input_or(5))).y;
  if (!call.wants(1)) return {merge_heads(y)};
  return {merge_heads(y), concat({insert_axes(own.k, {0}), insert_axes(own.v, {0})}, 0)};
}

// One of several that stand side by side in the fourth axis of [batch, tokens, heads, several, size].
Value unpacked(const Call& call, Value packed, std::int64_t number) {
  return transpose(at_place(call, packed, number, 3), {0, 2, 1, 3});
}

// A part of a bias for queries, keys and values, side by side.
Value with_bias(Value x, Value bias, std::int64_t begin, std::int64_t end) {
  return bias.defined() ? x + slice(bias, {{0, begin, end}}) : x;
}

std::int64_t width_of(const Call& call, Value x) {
  const Dim width = x.type().dims[2];
  call.require(width.is_constant(), "the width of its inputs must be known");
  return width.constant();
}

Heads heads_of(const Call& call) {
  const std::int64_t heads = call.integer("num_heads");
  call.require(heads > 0, "num_heads is ", heads);
  const Value q = call.input(0), k = call.input_or(1), v = call.input_or(2), bias = call.input_or(3);
  if (q.rank() == 5) {
    call.require(!bias.defined(), "a bias of packed inputs is not supported");
    return {unpacked(call, q, 0), unpacked(call, q, 1), unpacked(call, q, 2), {}};
  }
  call.require(k.defined(), "its keys are missing");
  const std::int64_t width = width_of(call, q);
  const Value queries = split_heads(with_bias(q, bias, 0, width), heads);
  if (k.rank() == 5) return {queries, unpacked(call, k, 0), unpacked(call, k, 1), {}};
  call.require(v.defined(), "its values are missing");
  if (k.rank() == 4) return {queries, k, v, {}};
  return {queries,
          split_heads(with_bias(k, bias, width, 2 * width), heads),
          split_heads(with_bias(v, bias, 2 * width, SliceSpec::kEnd), heads),
          {}};
}

std::vector<Item> multi_head_attention(const Call& call) {
  Heads own = heads_of(call);
  if (call.has(6)) {
    own.past_length = as_scalar(size_of_axis(call, call.input(6), 2));
    own.k = behind(call.input(6), own.k);
    own.v = behind(call.input_or(7), own.v);
  }
  const Value y =
      attend(call, own.q, own.k, own.v, scores_of(call, own, call.input_or(4), call.input_or(5))).y;
  return {merge_heads(y), own.k, own.v};
}
}  // namespace

void add_contrib_attention_rules(Rules& rules) {
  rules.add("com.microsoft", "Attention", attention);
  rules.add("com.microsoft", "MultiHeadAttention", multi_head_attention);
}

}  // namespace tenon::onnx
