// Printed C++ as functions: compiled by the compiler that builds the tests, loaded, called.
#pragma once

#include <memory>
#include <span>
#include <string>

#include "codegen/loop.h"

namespace tenon::codegen {

class CppCode {
 public:
  explicit CppCode(std::span<const Kernel> kernels);
  void* symbol(const std::string& name) const;

 private:
  std::shared_ptr<void> library_;
};

}  // namespace tenon::codegen
