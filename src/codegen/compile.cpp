#include "codegen/compile.h"

#include <mutex>

#include "codegen/llvm_loader.h"
#include "codegen/object_code.h"
#include "tenon/error.h"

namespace tenon::codegen {

namespace {
CompiledKernel functions_of(const std::shared_ptr<const ObjectCode>& code, std::size_t number,
                            const Kernel& kernel) {
  CompiledKernel compiled{
      reinterpret_cast<RunKernel>(code->function(run_symbol(number, kernel.name))), {}, code};
  for (std::size_t i = 0; i < kernel.nests.size(); ++i)
    compiled.nests.push_back(reinterpret_cast<RunNest>(code->function(nest_symbol(number, kernel.name, i))));
  return compiled;
}
}  // namespace

bool can_compile() { return TENON_HAS_LLVM; }

std::vector<CompiledKernel> compile(std::span<const Kernel> kernels, const CompileOptions& options) {
  if (kernels.empty()) return {};
  require(can_compile(), "this build of Tenon compiles no kernels: configure it with -DTENON_LLVM=ON");
  static std::mutex mutex;
  std::vector<std::byte> object;
  {
    const std::lock_guard lock(mutex);
    object = llvm_compiler().compile(kernels, options.target);
  }
  const auto code = ObjectCode::load(object);
  std::vector<CompiledKernel> compiled;
  for (std::size_t i = 0; i < kernels.size(); ++i) compiled.push_back(functions_of(code, i, kernels[i]));
  return compiled;
}

}  // namespace tenon::codegen
