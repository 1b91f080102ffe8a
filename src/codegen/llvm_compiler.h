// The narrow door between the library and the module that links LLVM (codegen/llvm). The module is loaded
// when the first kernel is compiled, so that programs start without LLVM.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "codegen/loop.h"
#include "codegen/target.h"

namespace tenon::codegen {

// A function that calls kernels one after another: a whole program, compiled ahead of time. Its arguments are
// addresses.
struct EntryPoint {
  static constexpr std::uint32_t kConstants = ~0u;
  struct Place {
    std::uint32_t argument = kConstants;  // which one, or in the constants
    std::size_t offset = 0;               // in bytes
  };
  struct Call {
    std::size_t kernel;
    std::vector<Place> buffers;  // in the kernel's order
  };
  std::string name;
  std::uint32_t arguments = 0;
  std::vector<Call> calls;
  std::vector<std::byte> constants;  // in the object, aligned to 64 bytes
};

class LlvmCompiler {
 public:
  virtual ~LlvmCompiler() = default;
  // A relocatable ELF object that refers to nothing outside itself. Kernel number i gives the functions of
  // `symbol`.
  virtual std::vector<std::byte> compile(std::span<const Kernel> kernels, const Target& target) = 0;
  // The same, but for an entry point, which is all that can be seen of it from outside.
  virtual std::vector<std::byte> compile(std::span<const Kernel> kernels, const EntryPoint& entry,
                                         const Target& target) = 0;
};

// The one symbol that the module exports, and its type: the compiler, which lives as long as the process.
inline constexpr const char* kLlvmEntry = "tenon_llvm_compiler";
using LlvmEntry = LlvmCompiler* (*)();

// Names in the object: void RUN(void* const* buffers), void NEST(void* const* buffers, int64_t, int64_t).
std::string run_symbol(std::size_t kernel, std::string_view name);
std::string nest_symbol(std::size_t kernel, std::string_view name, std::size_t nest);

}  // namespace tenon::codegen
