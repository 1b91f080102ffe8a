// Random numbers. They are a pure function of a key, u64[2] of (seed, step), and of the stream: a number that
// is another one for each random op of a program. The same key gives the same bits on every backend.
//
// Element i of a result takes its bits from Philox4x32-10 with the seed as key and the counter words
//   (block, high half of the step ^ block >> 32, low half of the step, stream)
// where four elements share a block, i = 4·block + word; two of f64 uniform do, of two words each, the low
// one first. The high half of the step is for loops: see key_at.
#pragma once

#include "tenon/graph.h"

namespace tenon {

// In [0, 1): the top 53 bits (f64), 24 (f32), 11 (f16), 8 (bf16) of an element's bits.
Value random_uniform(Value key, Ints shape, std::int64_t stream, DType dtype = DType::f32);
Value random_uniform_like(Value key, Value like, std::int64_t stream);  // of its element type
// Mean 0, deviation 1, by Box and Muller: words 0 and 1 of a block give elements 0 and 1, words 2 and 3 the
// others; r = sqrt(-2 ln((a + ½)/2³²)), φ = 2π·b/2³², r·cos φ and r·sin φ.
Value random_normal(Value key, Ints shape, std::int64_t stream, DType dtype = DType::f32);
Value random_normal_like(Value key, Value like, std::int64_t stream);
// 1 with probability p: where the word is below round(p·2³²).
Value random_bernoulli(Value key, Ints shape, double p, std::int64_t stream, DType dtype = DType::boolean);
Value random_bernoulli_like(Value key, Value like, double p, std::int64_t stream,
                            DType dtype = DType::boolean);

// The key for one turn of a loop, whose number (an integer scalar) goes into the high half of the step.
Value key_at(Value key, Value turn);

}  // namespace tenon
