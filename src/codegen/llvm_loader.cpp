#include "codegen/llvm_loader.h"

#include <dlfcn.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "tenon/error.h"

namespace tenon::codegen {

namespace {

constexpr const char* kFile = "libtenon_llvm.so";

// The program or shared library that this code is part of.
std::filesystem::path own_file() {
  Dl_info info;
  if (!dladdr(reinterpret_cast<const void*>(&llvm_compiler), &info) || !info.dli_fname) return {};
  std::error_code none;
  const auto program = std::filesystem::read_symlink("/proc/self/exe", none);
  const std::filesystem::path file = info.dli_fname;
  return file.is_absolute()                      ? file
         : file.filename() == program.filename() ? program
                                                 : std::filesystem::absolute(file, none);
}

std::vector<std::string> candidates() {
  if (const char* const given = std::getenv("TENON_LLVM_MODULE")) return {given};
  const auto folder = own_file().parent_path();
  return {folder / kFile, folder / ".." / "lib" / kFile, std::filesystem::path(TENON_LIBDIR) / kFile};
}

LlvmCompiler* load() {
  std::string tried;
  for (const std::string& path : candidates()) {
    if (void* const module = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL)) {
      const auto entry = reinterpret_cast<LlvmEntry>(dlsym(module, kLlvmEntry));
      require(entry != nullptr, path, " is not Tenon's LLVM module: it has no '", kLlvmEntry, "'");
      return entry();
    }
    tried += cat("\n  ", dlerror());
  }
  fail(
      "kernels cannot be compiled: the LLVM module was not found (set TENON_LLVM_MODULE to its path). Tried:",
      tried);
}

}  // namespace

LlvmCompiler& llvm_compiler() {
  static LlvmCompiler* const kCompiler = load();
  return *kCompiler;
}

}  // namespace tenon::codegen
