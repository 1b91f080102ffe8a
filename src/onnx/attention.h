// Attention, as the ops of several domains say it: softmax(cap(q kᵀ scale) + bias) v for each head.
#pragma once

#include "onnx/call.h"

namespace tenon::onnx {

struct AttentionScores {
  double scale = 0;    // one over the root of the size of a head where it is 0
  double softcap = 0;  // cap tanh(score / cap), none where it is 0
  // Added to the scores, broadcast; undefined for none.
  Value bias = {};
  bool may_mask_rows = false;  // a row whose bias is -inf throughout gives zeros
};

struct Attended {
  Value y;       // [batch, heads, queries, size]
  Value scores;  // before the cap
  Value capped;
  Value biased;
  Value weights;  // after softmax
};

// q is [batch, heads, queries, size], k and v [batch, fewer heads, keys, size]; each head of k and v serves
// as many of q as there are more of those.
Attended attend(const Call& call, Value q, Value k, Value v, const AttentionScores& options);

// [batch, tokens, heads size] to [batch, heads, tokens, size] and back.
Value split_heads(Value x, std::int64_t heads);
Value merge_heads(Value x);

// 0 where a query may see a key, `otherwise` elsewhere.
Value bias_where(Value allowed, Value like, double otherwise);
// For the scores of queries and keys: whether a key stands at most `right` behind a query's place and at most
// `left` before it, as far as these are said. The first query's place among the keys is `offset`, a number or
// undefined for 0.
struct Reach {
  std::optional<std::int64_t> left;
  std::optional<std::int64_t> right;
};
Value within_reach(const Call& call, Value q, Value k, Value offset, const Reach& reach);

struct Rotation {
  Value cosines;  // [batch, tokens, 1, half of the rotated size]
  Value sines;
  bool interleaved = false;
};
// x is [batch, tokens, heads, size]; what is rotated are pairs of its last axis, the first places of it.
Value rotated(const Call& call, Value x, const Rotation& rotation);
// The rows of a cache of angles for each token, without positions the cache's own.
Value rows_of(Value cache, Value positions);

}  // namespace tenon::onnx
