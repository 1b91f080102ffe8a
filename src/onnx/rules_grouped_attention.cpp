#include <limits>

#include "onnx/attention.h"
#include "onnx/rules.h"
#include "onnx/shapes.h"
#include "op/writing.h"

// GroupQueryAttention of com.microsoft, the causal attention of language models with its cache: each entry of
// the batch has a past of its own length, behind which its new tokens come.
namespace tenon::onnx {

namespace {
enum Input : std::size_t {
  kQuery,
  kKey,
  kValue,
  kPastKey,
  kPastValue,
  kLastPlaces,
  kTotal,
  kCosines,
  kSines,
  kPositions,
  kBias,
  kFirstUnknown
};

struct Heads {
  Value q, k, v;  // [batch, tokens, heads, size]
};

std::int64_t size_of_head(const Call& call, Value x, std::int64_t heads) {
  const Dim width = x.type().dims[2];
  call.require(width.is_constant() && width.constant() > 0 && width.constant() % heads == 0, "its ", heads,
               " heads are ", width, " wide");
  return width.constant() / heads;
}

// Without keys, queries, keys and values stand side by side.
Heads heads_of(const Call& call) {
  const std::int64_t queries = call.integer("num_heads"), keys = call.integer("kv_num_heads");
  call.require(queries > 0 && keys > 0 && queries <= INT16_MAX && keys <= INT16_MAX,
               "its numbers of heads are ", queries, " and ", keys);
  const auto split = [](Value x, std::int64_t heads) { return reshape(x, Ints{0, 0, heads, -1}); };
  const Value q = call.input(kQuery);
  call.require(q.rank() == 3, "its queries are ", q.type());
  if (call.has(kKey))
    return {split(q, queries), split(call.input(kKey), keys), split(call.input(kValue), keys)};
  const std::int64_t size = size_of_head(call, q, queries + 2 * keys);
  const std::int64_t first_key = queries * size, first_value = first_key + keys * size;
  return {split(slice(q, {{2, 0, first_key}}), queries), split(slice(q, {{2, first_key, first_value}}), keys),
          split(slice(q, {{2, first_value}}), keys)};
}

// How many tokens each entry has seen before, [batch, 1]. In a first run entries may have fewer than there is
// room for, and what stands behind theirs is not looked at.
Value lengths_of_past(const Call& call, Value tokens) {
  const Value last = reshape(cast_to(call.input(kLastPlaces), DType::i64), Ints{-1, 1});
  return maximum(last + 1.0 - tokens, 0.0);
}

Heads turned(const Call& call, const Heads& heads, Value past, Value tokens) {
  if (!call.flag("do_rotary")) return heads;
  const Value positions = call.has(kPositions) ? cast_to(call.input(kPositions), DType::i64)
                                               : past + reshape(counted(call, tokens), Ints{1, -1});
  const Rotation rotation{rows_of(call.input(kCosines), positions), rows_of(call.input(kSines), positions),
                          call.flag("rotary_interleaved")};
  return {rotated(call, heads.q, rotation), rotated(call, heads.k, rotation), heads.v};
}

// The cache after the run, [batch, heads, places, size]: each place is of the past or of the new tokens.
Value with_past(const Call& call, Value cache, Value now, Value past, Value tokens) {
  const Value room = size_of_axis(call, cache, 2);
  const Value all = concat({transpose(cache, {0, 2, 1, 3}), now}, 1);
  const Value total = reshape(cast_to(call.input(kTotal), DType::i64), Ints{1});
  const Value places = constant_if_known(call, maximum(total, room));
  const Value place = reshape(counted(call, places), Ints{1, -1});
  const Value is_new = logical_and(place >= past, place < past + tokens);
  const Value last = constant_if_known(call, room + tokens - 1.0);
  const Value from = select(is_new, place - past + room, minimum(place, last));
  return transpose(gather_nd(all, insert_axes(from, {2}), 1), {0, 2, 1, 3});
}

AttentionScores scores_of(const Call& call, Value q, Value k, Value past) {
  AttentionScores scores{call.number("scale", 0), call.number("softcap", 0), call.input_or(kBias), false};
  Reach reach{{}, 0};
  const std::int64_t window = call.integer("local_window_size", -1);
  if (window > 0) reach.left = window - 1;
  const Value allowed = within_reach(call, q, k, reshape(past, Ints{-1, 1, 1, 1}), reach);
  const Value bias = bias_where(allowed, q, -std::numeric_limits<double>::infinity());
  scores.bias = scores.bias.defined() ? scores.bias + bias : bias;
  return scores;
}

void check(const Call& call) {
  call.require(call.has(kPastKey) == call.has(kPastValue), "it needs past keys and past values, or neither");
  call.require(!call.flag("smooth_softmax") && !call.wants(3),
               "smooth softmax and its scores are not supported");
  for (std::size_t i = kFirstUnknown; i < call.input_count(); ++i)
    call.require(!call.has(i), "its input ", i, " is not supported");
}

std::vector<Item> grouped_attention(const Call& call) {
  check(call);
  Heads heads = heads_of(call);
  const Value tokens = size_of_axis(call, heads.q, 1);
  const Value past = lengths_of_past(call, tokens);
  heads = turned(call, heads, past, tokens);
  const auto cached = [&](std::size_t cache, Value now) {
    if (!call.has(cache)) return transpose(now, {0, 2, 1, 3});
    return with_past(call, call.input(cache), now, past, tokens);
  };
  const Value q = transpose(heads.q, {0, 2, 1, 3});
  const Value k = cached(kPastKey, heads.k), v = cached(kPastValue, heads.v);
  return {merge_heads(attend(call, q, k, v, scores_of(call, q, k, past)).y), k, v};
}
}  // namespace

void add_grouped_attention_rules(Rules& rules) {
  rules.add("com.microsoft", "GroupQueryAttention", grouped_attention);
}

}  // namespace tenon::onnx
