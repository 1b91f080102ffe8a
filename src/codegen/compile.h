// From kernels to functions in memory: by LLVM, or out of the cache without it.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "codegen/llvm_compiler.h"
#include "codegen/loop.h"
#include "codegen/target.h"

namespace tenon::codegen {

using RunKernel = void (*)(void* const* buffers);
using RunNest = void (*)(void* const* buffers, std::int64_t begin, std::int64_t end);

struct CompiledKernel {
  RunKernel run;                     // all nests in full
  std::vector<RunNest> nests;        // a part of the root loop, cut at multiples of the grain
  std::shared_ptr<const void> code;  // the functions live as long as this does
};

struct CompileOptions {
  Target target = native_target();
  bool cache = true;  // on disk, where the environment does not turn it off; see code_cache.h
};

// Whether this build has the LLVM module at all.
bool can_compile();

// A relocatable ELF object for x86-64 with one function, which needs nothing from outside. Never cached.
std::vector<std::byte> compile_object(std::span<const Kernel> kernels, const EntryPoint& entry,
                                      const Target& target);

// One for each kernel. Thread-safe. Throws an Error where there is no compiler.
std::vector<CompiledKernel> compile(std::span<const Kernel> kernels, const CompileOptions& options = {});

}  // namespace tenon::codegen
