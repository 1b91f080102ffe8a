#include "backend/cpu/onednn/binding.h"
#include "backend/cpu/onednn/compat.h"
#include "backend/cpu/onednn/epilogue.h"

namespace tenon::onednn {
namespace {

using Pass = PoolSpec::Pass;
using ForwardDesc = compat::PoolForward::primitive_desc;

dnnl::algorithm algorithm_of(PoolSpec::Method method) {
  switch (method) {
    case PoolSpec::Method::max:
      return dnnl::algorithm::pooling_max;
    case PoolSpec::Method::average:
      return dnnl::algorithm::pooling_avg_exclude_padding;
    default:
      return dnnl::algorithm::pooling_avg_include_padding;
  }
}

ForwardDesc describe_forward(const PoolSpec& spec, const dnnl::memory::desc& x, const dnnl::memory::desc& y) {
  const auto kind =
      spec.pass == Pass::inference ? dnnl::prop_kind::forward_inference : dnnl::prop_kind::forward_training;
  return compat::describe_op<compat::PoolForward>(
      cpu_engine(), make_epilogue({})->attributes, kind, algorithm_of(spec.method), x, y, spec.strides,
      spec.kernel, compat::dilations(spec.dilations), spec.pad_begin, spec.pad_end);
}

std::optional<Primitive> compile_forward(const PoolSpec& spec, const ForwardDesc& pd, int threads) {
  std::vector<Binding> bindings{{DNNL_ARG_SRC, pd.src_desc()}, {DNNL_ARG_DST, pd.dst_desc()}};
  const bool keeps_positions = spec.pass == Pass::training && spec.method == PoolSpec::Method::max;
  if (keeps_positions) bindings.push_back({DNNL_ARG_WORKSPACE, pd.workspace_desc()});
  return compile<compat::PoolForward>(pd, bindings, threads);
}

std::optional<Primitive> compile_backward(const PoolSpec& spec, const ForwardDesc& forward, int threads) {
  const auto pd = compat::describe_gradient<compat::PoolBackward>(
      cpu_engine(), make_epilogue({})->attributes, forward, algorithm_of(spec.method), forward.src_desc(),
      forward.dst_desc(), spec.strides, spec.kernel, compat::dilations(spec.dilations), spec.pad_begin,
      spec.pad_end);
  if (!pd || !is_worth_running(pd.impl_info_str())) return std::nullopt;
  std::vector<Binding> bindings{{DNNL_ARG_DIFF_DST, pd.diff_dst_desc()}};
  if (spec.method == PoolSpec::Method::max) bindings.push_back({DNNL_ARG_WORKSPACE, pd.workspace_desc()});
  bindings.push_back({DNNL_ARG_DIFF_SRC, pd.diff_src_desc()});
  return compile<compat::PoolBackward>(pd, bindings, threads);
}

std::optional<Primitive> compile_pool(const PoolSpec& spec, int threads) {
  const auto x = describe(spec.x), y = describe(spec.y);
  if (!x || !y) return std::nullopt;
  const ForwardDesc forward = describe_forward(spec, *x, *y);
  if (!forward || !is_worth_running(forward.impl_info_str())) return std::nullopt;
  if (spec.pass == Pass::backward) return compile_backward(spec, forward, threads);
  return compile_forward(spec, forward, threads);
}

}  // namespace

std::optional<Primitive> make_pool(const PoolSpec& spec, int threads) {
  return attempt(threads, [&] { return compile_pool(spec, threads); });
}

}  // namespace tenon::onednn
