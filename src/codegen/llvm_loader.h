// Finds and loads the module that links LLVM.
#pragma once

#include "codegen/llvm_compiler.h"

namespace tenon::codegen {

// Loaded by the first call. Throws an Error that says where it was looked for.
LlvmCompiler& llvm_compiler();

}  // namespace tenon::codegen
