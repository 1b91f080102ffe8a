// The list of ops: the one place where they are enumerated. What each one means is its row in the op table
// (src/op, one file a family); a test checks that every name here has a row.
#pragma once

#include <cstdint>

// clang-format off
#define TENON_OPS(X)                                                                              \
  /* leaves */                                                                                    \
  X(input) X(state) X(constant)                                                                   \
  /* element-wise, one input */                                                                   \
  X(neg) X(abs) X(sign) X(floor) X(ceil) X(round) X(trunc) X(exp) X(expm1) X(log) X(log1p)        \
  X(sqrt) X(rsqrt) X(reciprocal) X(sin) X(cos) X(tan) X(asin) X(acos) X(atan) X(sinh) X(cosh)     \
  X(tanh) X(erf) X(logical_not) X(bitwise_not) X(is_nan) X(is_inf) X(is_finite) X(cast)           \
  X(stop_gradient)                                                                                \
  /* element-wise, two and three inputs */                                                        \
  X(add) X(sub) X(mul) X(div) X(rem) X(mod) X(pow) X(atan2) X(maximum) X(minimum)                 \
  X(equal) X(not_equal) X(less) X(less_equal) X(greater) X(greater_equal)                         \
  X(logical_and) X(logical_or) X(logical_xor) X(bitwise_and) X(bitwise_or) X(bitwise_xor)         \
  X(shift_left) X(shift_right) X(select)                                                          \
  /* reductions */                                                                                \
  X(reduce_sum) X(reduce_prod) X(reduce_max) X(reduce_min) X(reduce_mean) X(arg_max) X(arg_min)   \
  /* contractions and pooling */                                                                  \
  X(matmul) X(conv) X(conv_transpose) X(conv_filter)                                              \
  X(max_pool) X(max_unpool) X(avg_pool) X(avg_unpool)                                             \
  /* movement */                                                                                  \
  X(reshape) X(transpose) X(slice) X(pad) X(concat) X(broadcast_to) X(gather) X(gather_nd)        \
  X(scatter) X(scatter_nd) X(one_hot) X(iota) X(sort) X(top_k) X(cumsum) X(reverse)               \
  /* results as long as their elements say */                                                      \
  X(nonzero) X(unique) X(non_max_suppression)                                                     \
  /* shapes */                                                                                    \
  X(shape_of) X(sum_to_like) X(expand_like)                                                       \
  /* random */                                                                                    \
  X(random_uniform) X(random_normal) X(random_bernoulli)                                          \
  /* bodies */                                                                                    \
  X(if_else) X(loop) X(scan)                                                                      \
  /* composites */                                                                                \
  X(clamp) X(relu) X(leaky_relu) X(elu) X(gelu) X(silu) X(sigmoid) X(softplus) X(hard_sigmoid)    \
  X(hard_swish) X(softmax) X(log_softmax) X(dropout) X(linear) X(embedding) X(attention)          \
  X(layer_norm) X(rms_norm) X(group_norm) X(batch_norm) X(batch_norm_train)                       \
  X(cross_entropy) X(mse_loss) X(l1_loss) X(huber_loss) X(kl_div) X(bce_with_logits)              \
  /* only in lowered programs */                                                                  \
  X(fused) X(relayout)
// clang-format on

namespace tenon {

// Ops that users register get numbers from `kFirstUserOp` on.
enum class Op : std::uint16_t {
#define TENON_OP(name) name,
  TENON_OPS(TENON_OP)
#undef TENON_OP
};

#define TENON_OP(name) +1
inline constexpr std::uint16_t kFirstUserOp = 0 TENON_OPS(TENON_OP);
#undef TENON_OP

}  // namespace tenon
