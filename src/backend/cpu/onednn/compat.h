// The differences between oneDNN 2 and 3, all of them, so that no other file knows which one it is built
// with.
#pragma once

#include <oneapi/dnnl/dnnl.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace tenon::onednn::compat {

// A primitive descriptor, or one that converts to false.
template <class Op, class... Args>
typename Op::primitive_desc describe_op(const dnnl::engine& engine, const dnnl::primitive_attr& attr,
                                        const Args&... args) {
#if DNNL_VERSION_MAJOR >= 3
  return {engine, args..., attr, true};
#else
  return {typename Op::desc(args...), attr, engine, true};
#endif
}

// The first of the library's kernels for it that `wanted` takes by its name.
template <class Op, class Wanted, class... Args>
typename Op::primitive_desc describe_among(const dnnl::engine& engine, const dnnl::primitive_attr& attr,
                                           const Wanted& wanted, const Args&... args) {
#if DNNL_VERSION_MAJOR >= 3
  typename Op::primitive_desc pd{engine, args..., attr, true};
#else
  const typename Op::desc desc(args...);  // read again for each kernel
  typename Op::primitive_desc pd{desc, attr, engine, true};
#endif
  while (pd && !wanted(pd.impl_info_str()))
    if (!pd.next_impl()) return {};
  return pd;
}

// The same for a gradient, which the library describes with the help of its forward.
template <class Op, class Forward, class... Args>
typename Op::primitive_desc describe_gradient(const dnnl::engine& engine, const dnnl::primitive_attr& attr,
                                              const Forward& forward, const Args&... args) {
#if DNNL_VERSION_MAJOR >= 3
  return {engine, args..., forward, attr, true};
#else
  return {typename Op::desc(args...), attr, engine, forward, true};
#endif
}

#if DNNL_VERSION_MAJOR >= 3
using PoolForward = dnnl::pooling_forward;
using PoolBackward = dnnl::pooling_backward;
inline constexpr dnnl::algorithm kWinograd = dnnl::algorithm::undef;
#else
using PoolForward = dnnl::pooling_v2_forward;
using PoolBackward = dnnl::pooling_v2_backward;
inline constexpr dnnl::algorithm kWinograd = dnnl::algorithm::convolution_winograd;
#endif

// Both count dilations from 0.
inline dnnl::memory::dims dilations(dnnl::memory::dims from_one) {
  for (dnnl_dim_t& dilation : from_one) --dilation;
  return from_one;
}

inline void append_eltwise(dnnl::post_ops& ops, dnnl::algorithm algorithm, float alpha, float beta) {
#if DNNL_VERSION_MAJOR >= 3
  ops.append_eltwise(algorithm, alpha, beta);
#else
  ops.append_eltwise(1.0f, algorithm, alpha, beta);
#endif
}

inline dnnl::memory::dims strides(const dnnl::memory::desc& desc) {
#if DNNL_VERSION_MAJOR >= 3
  return desc.get_strides();
#else
  const auto& blocking = desc.data.format_desc.blocking;
  return {blocking.strides, blocking.strides + desc.data.ndims};
#endif
}

inline dnnl::memory::dims dims(const dnnl::memory::desc& desc) {
#if DNNL_VERSION_MAJOR >= 3
  return desc.get_dims();
#else
  return desc.dims();
#endif
}

inline dnnl::memory::data_type data_type(const dnnl::memory::desc& desc) {
#if DNNL_VERSION_MAJOR >= 3
  return desc.get_data_type();
#else
  return desc.data_type();
#endif
}

inline bool is_blocked(const dnnl::memory::desc& desc) {
#if DNNL_VERSION_MAJOR >= 3
  return desc.get_format_kind() == dnnl::memory::format_kind::blocked;
#else
  return desc.data.format_kind == dnnl_blocked;
#endif
}

// Innermost blocks as (axis, size), outermost first.
inline std::vector<std::pair<dnnl_dim_t, dnnl_dim_t>> inner_blocks(const dnnl::memory::desc& desc) {
#if DNNL_VERSION_MAJOR >= 3
  const auto axes = desc.get_inner_idxs();
  const auto sizes = desc.get_inner_blks();
  const auto count = static_cast<std::size_t>(desc.get_inner_nblks());
#else
  const auto& axes = desc.data.format_desc.blocking.inner_idxs;
  const auto& sizes = desc.data.format_desc.blocking.inner_blks;
  const auto count = static_cast<std::size_t>(desc.data.format_desc.blocking.inner_nblks);
#endif
  std::vector<std::pair<dnnl_dim_t, dnnl_dim_t>> blocks;
  for (std::size_t i = 0; i < count; ++i) blocks.emplace_back(axes[i], sizes[i]);
  return blocks;
}

// Weights that were transformed for Winograd have a form that only the library reads. Its description as a
// name, and back; empty for anything else. oneDNN 3 has none.
std::optional<std::string> winograd_name(const dnnl::memory::desc& desc);
std::optional<dnnl::memory::desc> winograd_desc(const std::string& name, const dnnl::memory::dims& dims,
                                                dnnl::memory::data_type type);

}  // namespace tenon::onednn::compat
