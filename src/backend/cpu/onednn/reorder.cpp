#include "backend/cpu/onednn/binding.h"
#include "backend/cpu/onednn/epilogue.h"

namespace tenon::onednn {
namespace {

std::optional<Primitive> compile_reorder(const Operand& from, const Operand& to, int threads) {
  const auto source = describe(from), target = describe(to);
  if (!source || !target || from.layout.is_any() || to.layout.is_any()) return std::nullopt;
  const dnnl::reorder::primitive_desc pd(cpu_engine(), *source, cpu_engine(), *target,
                                         make_epilogue({})->attributes, true);
  if (!pd) return std::nullopt;
  // Even the library's slowest reorder is done once a weight or fast enough.
  return compile<dnnl::reorder>(pd, {{DNNL_ARG_FROM, *source}, {DNNL_ARG_TO, *target}}, threads);
}

}  // namespace

std::optional<Primitive> make_reorder(const Operand& from, const Operand& to, int threads) {
  return attempt(threads, [&] { return compile_reorder(from, to, threads); });
}

}  // namespace tenon::onednn
