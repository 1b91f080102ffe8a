#include "backend/cpu/onednn/binding.h"
#include "backend/cpu/onednn/compat.h"
#include "backend/cpu/onednn/epilogue.h"

namespace tenon::onednn {
namespace {

// The bias as a row that is repeated over all the rest.
Operand bias_operand(const MatmulSpec& spec) {
  Shape dims(spec.out.dims.size(), 1);
  dims.back() = spec.out.dims.back();
  return {*spec.bias, dims, row_major(dims.size())};
}

std::optional<Primitive> compile_matmul(const MatmulSpec& spec, int threads) {
  const auto a = describe(spec.a), b = describe(spec.b), out = describe(spec.out);
  const auto epilogue = make_epilogue(spec.epilogue);
  const auto bias = spec.bias ? describe(bias_operand(spec)) : dnnl::memory::desc();  // of no dimension: none
  if (!a || !b || !out || !epilogue || !bias) return std::nullopt;

  const auto pd = compat::describe_op<dnnl::matmul>(cpu_engine(), epilogue->attributes, *a, *b, *bias, *out);
  if (!pd || !is_worth_running(pd.impl_info_str())) return std::nullopt;

  std::vector<Binding> bindings{{DNNL_ARG_SRC, pd.src_desc()}, {DNNL_ARG_WEIGHTS, pd.weights_desc()}};
  if (spec.bias) bindings.push_back({DNNL_ARG_BIAS, pd.bias_desc()});
  bindings.insert(bindings.end(), epilogue->operands.begin(), epilogue->operands.end());
  bindings.push_back({DNNL_ARG_DST, pd.dst_desc()});
  return compile<dnnl::matmul>(pd, bindings, threads);
}

}  // namespace

std::optional<Primitive> make_matmul(const MatmulSpec& spec, int threads) {
  return attempt(threads, [&] { return compile_matmul(spec, threads); });
}

}  // namespace tenon::onednn
