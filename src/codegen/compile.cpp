#include "codegen/compile.h"

#include <mutex>
#include <unordered_map>

#include "codegen/code_cache.h"
#include "codegen/llvm_loader.h"
#include "codegen/object_code.h"
#include "tenon/error.h"
#include "tenon/log.h"

namespace tenon::codegen {

namespace {

using Code = std::shared_ptr<const ObjectCode>;

Code compile_anew(std::span<const Kernel> kernels, const Target& target, const CodeCache* cache,
                  const std::string& content) {
  const std::vector<std::byte> object = llvm_compiler().compile(kernels, target);
  if (cache) cache->store(content, object);
  return ObjectCode::load(object);
}

// Nothing, too, where the file is whole but holds what this version cannot load.
Code load_kept(const CodeCache& cache, const std::string& content) {
  const auto object = cache.find(content);
  if (!object) return nullptr;
  try {
    return ObjectCode::load(bytes_of(*object));
  } catch (const Error& error) {
    log(LogLevel::info, "the cache of compiled code: ", error.what());
    return nullptr;
  }
}

// Code in use is shared; one thread at a time compiles.
Code code_for(std::span<const Kernel> kernels, const CompileOptions& options) {
  static std::mutex mutex;
  static std::unordered_map<std::string, std::weak_ptr<const ObjectCode>> in_use;
  const std::string content = content_of(kernels, options.target);
  const std::lock_guard lock(mutex);
  if (Code known = in_use[content].lock()) return known;
  const auto cache = options.cache ? CodeCache::standard() : std::nullopt;
  Code code = cache ? load_kept(*cache, content) : nullptr;
  if (!code) code = compile_anew(kernels, options.target, cache ? &*cache : nullptr, content);
  std::erase_if(in_use, [](const auto& entry) { return entry.second.expired(); });
  in_use[content] = code;
  return code;
}

CompiledKernel functions_of(const Code& code, std::size_t number, const Kernel& kernel) {
  CompiledKernel compiled{
      reinterpret_cast<RunKernel>(code->function(run_symbol(number, kernel.name))), {}, code};
  for (std::size_t i = 0; i < kernel.nests.size(); ++i)
    compiled.nests.push_back(reinterpret_cast<RunNest>(code->function(nest_symbol(number, kernel.name, i))));
  return compiled;
}

void require_compiler() {
  require(can_compile(), "this build of Tenon compiles no kernels: configure it with -DTENON_LLVM=ON");
}

}  // namespace

bool can_compile() { return TENON_HAS_LLVM; }

std::vector<CompiledKernel> compile(std::span<const Kernel> kernels, const CompileOptions& options) {
  if (kernels.empty()) return {};
  require_compiler();
  const Code code = code_for(kernels, options);
  std::vector<CompiledKernel> compiled;
  for (std::size_t i = 0; i < kernels.size(); ++i) compiled.push_back(functions_of(code, i, kernels[i]));
  return compiled;
}

std::vector<std::byte> compile_object(std::span<const Kernel> kernels, const EntryPoint& entry,
                                      const Target& target) {
  require_compiler();
  return llvm_compiler().compile(kernels, entry, target);
}

}  // namespace tenon::codegen
