#include "codegen/cpp_runner.h"

#include <dlfcn.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "codegen/cpp_printer.h"
#include "tenon/error.h"

namespace tenon::codegen {

CppCode::CppCode(std::span<const Kernel> kernels) {
  static int number = 0;
  const auto stem = std::filesystem::temp_directory_path() / cat("tenon-kernel-", getpid(), '-', number++);
  const std::string source = stem.string() + ".cpp", object = stem.string() + ".so";
  const std::string text = print_cpp(kernels);
  std::ofstream(source) << text;
  const std::string command = cat(
      TENON_CXX, " -std=c++20 -O0 -Wall -Wextra -Wno-unused-function -shared -fPIC -o ", object, ' ', source);
  require(std::system(command.c_str()) == 0, "the printed C++ does not compile:\n", text);
  void* const library = dlopen(object.c_str(), RTLD_NOW | RTLD_LOCAL);
  require(library != nullptr, "the compiled C++ does not load: ", dlerror());
  library_ = {library, [](void* handle) { dlclose(handle); }};
  std::filesystem::remove(source);
  std::filesystem::remove(object);
}

void* CppCode::symbol(const std::string& name) const {
  void* const found = dlsym(library_.get(), name.c_str());
  require(found != nullptr, "the printed C++ has no '", name, "'");
  return found;
}

}  // namespace tenon::codegen
