#include "backend/cpu/onednn/binding.h"
#include "backend/cpu/onednn/compat.h"
#include "backend/cpu/onednn/epilogue.h"

namespace tenon::onednn {
namespace {

using Kind = ConvSpec::Kind;
using Desc = dnnl::memory::desc;

struct Described {
  Desc x, w, y, bias;  // of no dimension where there is none
  dnnl::algorithm algorithm;
  std::string_view kernel;  // a part of its name; empty for the one that the library offers first
  dnnl::memory::dims strides, dilations, pad_begin, pad_end;
};

std::optional<Described> describe_all(const ConvSpec& spec) {
  if (spec.y.dims.size() < 3) return std::nullopt;
  const auto x = describe(spec.x), w = describe(spec.w), y = describe(spec.y);
  const auto bias = spec.bias ? describe({*spec.bias, {spec.y.dims[1]}, row_major(1)}) : Desc();
  if (!x || !w || !y || !bias) return std::nullopt;
  const bool winograd = is_winograd(spec.algorithm);
  return Described{*x,
                   *w,
                   *y,
                   *bias,
                   winograd ? compat::kWinograd : dnnl::algorithm::convolution_direct,
                   spec.algorithm == ConvSpec::Algorithm::winograd_large ? "wino_4x3" : "",
                   spec.strides,
                   compat::dilations(spec.dilations),
                   spec.pad_begin,
                   spec.pad_end};
}

dnnl::convolution_forward::primitive_desc forward(const Described& d, dnnl::prop_kind kind,
                                                  const dnnl::primitive_attr& attributes) {
  const auto wanted = [&](std::string_view kernel) { return kernel.find(d.kernel) != kernel.npos; };
  return compat::describe_among<dnnl::convolution_forward>(cpu_engine(), attributes, wanted, kind,
                                                           d.algorithm, d.x, d.w, d.bias, d.y, d.strides,
                                                           d.dilations, d.pad_begin, d.pad_end);
}

// The library wants to see the forward of a gradient, but takes only its shapes from it.
dnnl::convolution_forward::primitive_desc forward_of_gradient(const ConvSpec& spec) {
  ConvSpec hint = spec;
  hint.bias.reset();
  hint.algorithm = ConvSpec::Algorithm::direct;
  hint.x.layout = hint.w.layout = hint.y.layout = {};
  const auto described = describe_all(hint);
  return forward(*described, dnnl::prop_kind::forward_training, {});
}

std::optional<Primitive> compile_forward(const ConvSpec& spec, const Described& d, int threads) {
  const auto epilogue = make_epilogue(spec.epilogue);
  if (!epilogue) return std::nullopt;
  const auto kind = spec.kind == Kind::forward_training ? dnnl::prop_kind::forward_training
                                                        : dnnl::prop_kind::forward_inference;
  const auto pd = forward(d, kind, epilogue->attributes);
  if (!pd || !is_worth_running(pd.impl_info_str())) return std::nullopt;
  std::vector<Binding> bindings{{DNNL_ARG_SRC, pd.src_desc()}, {DNNL_ARG_WEIGHTS, pd.weights_desc()}};
  if (spec.bias) bindings.push_back({DNNL_ARG_BIAS, pd.bias_desc()});
  bindings.insert(bindings.end(), epilogue->operands.begin(), epilogue->operands.end());
  bindings.push_back({DNNL_ARG_DST, pd.dst_desc()});
  return compile<dnnl::convolution_forward>(pd, bindings, threads);
}

std::optional<Primitive> compile_input_gradient(const ConvSpec& spec, const Described& d, int threads) {
  using Backward = dnnl::convolution_backward_data;
  if (spec.bias) return std::nullopt;
  const auto pd = compat::describe_gradient<Backward>(cpu_engine(), make_epilogue({})->attributes,
                                                      forward_of_gradient(spec), d.algorithm, d.x, d.w, d.y,
                                                      d.strides, d.dilations, d.pad_begin, d.pad_end);
  if (!pd || !is_worth_running(pd.impl_info_str())) return std::nullopt;
  return compile<Backward>(pd,
                           {{DNNL_ARG_DIFF_DST, pd.diff_dst_desc()},
                            {DNNL_ARG_WEIGHTS, pd.weights_desc()},
                            {DNNL_ARG_DIFF_SRC, pd.diff_src_desc()}},
                           threads);
}

std::optional<Primitive> compile_filter_gradient(const ConvSpec& spec, const Described& d, int threads) {
  using Backward = dnnl::convolution_backward_weights;
  const auto pd = compat::describe_gradient<Backward>(
      cpu_engine(), make_epilogue({})->attributes, forward_of_gradient(spec), d.algorithm, d.x, d.w, d.bias,
      d.y, d.strides, d.dilations, d.pad_begin, d.pad_end);
  if (!pd || !is_worth_running(pd.impl_info_str())) return std::nullopt;
  std::vector<Binding> bindings{{DNNL_ARG_SRC, pd.src_desc()},
                                {DNNL_ARG_DIFF_DST, pd.diff_dst_desc()},
                                {DNNL_ARG_DIFF_WEIGHTS, pd.diff_weights_desc()}};
  if (spec.bias) bindings.push_back({DNNL_ARG_DIFF_BIAS, pd.diff_bias_desc()});
  return compile<Backward>(pd, bindings, threads);
}

std::optional<Primitive> compile_convolution(const ConvSpec& spec, int threads) {
  const auto described = describe_all(spec);
  if (!described) return std::nullopt;
  if (spec.kind == Kind::filter_gradient) return compile_filter_gradient(spec, *described, threads);
  if (spec.kind == Kind::input_gradient) return compile_input_gradient(spec, *described, threads);
  return compile_forward(spec, *described, threads);
}

}  // namespace

std::optional<Primitive> make_convolution(const ConvSpec& spec, int threads) {
  using Algorithm = ConvSpec::Algorithm;
  const bool is_gradient = spec.kind == Kind::input_gradient || spec.kind == Kind::filter_gradient;
  if (is_gradient && !spec.epilogue.empty()) return std::nullopt;

  const auto with = [&](Algorithm algorithm) {
    ConvSpec decided = spec;
    decided.algorithm = algorithm;
    return attempt(threads, [&] { return compile_convolution(decided, threads); });
  };
  if (spec.algorithm != Algorithm::automatic) return with(spec.algorithm);
  const Algorithm chosen = choose_algorithm(spec);
  if (is_winograd(chosen))
    if (auto winograd = with(chosen)) return winograd;
  return with(Algorithm::direct);
}

}  // namespace tenon::onednn
