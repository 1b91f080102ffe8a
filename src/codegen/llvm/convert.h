// Between element types, and between an element's form in memory and in a register. Each works on scalars and
// vectors alike.
#pragma once

#include "codegen/llvm/ir.h"

namespace tenon::codegen {

LlvmValue from_memory(Ir& ir, DType type, LlvmValue element);
LlvmValue to_memory(Ir& ir, DType type, LlvmValue value);
// The op `cast`.
LlvmValue convert(Ir& ir, LlvmValue value, DType from, DType to);

}  // namespace tenon::codegen
