// The element-wise ops on values in registers, scalars and vectors alike.
#pragma once

#include <vector>

#include "codegen/llvm/expr.h"
#include "codegen/loop.h"

namespace tenon::codegen {

// `type` is the arguments' (of select: of its last two).
LlvmValue element_value(Ir& ir, Op op, DType type, DType result, const std::vector<LlvmValue>& args);

// By kind of number.
Expr float_value(Op op, const std::vector<Expr>& args);
Expr integer_value(Op op, bool is_signed, const std::vector<Expr>& args);
LlvmValue bool_value(Ir& ir, Op op, const std::vector<LlvmValue>& args);

// NaN wins.
Expr float_maximum(Expr a, Expr b);
Expr float_minimum(Expr a, Expr b);

// One step of an accumulator, and what it starts from.
LlvmValue combined(Ir& ir, Combine combine, DType type, LlvmValue a, LlvmValue b);
llvm::Constant* neutral(Ir& ir, Combine combine, DType type);

// The functions that have no instruction, for f32 and f64.
Expr math_value(Op op, const std::vector<Expr>& args);

}  // namespace tenon::codegen
