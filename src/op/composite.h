// What composites share. A composite has a kernel of its own, computed in double and rounded once, and a
// decomposition in ordinary ops; its gradient is written by hand where that saves work.
#pragma once

#include "op/wide.h"
#include "op/writing.h"
#include "tenon/ops.h"

namespace tenon {

// The type of the first input; all are of one float type.
std::vector<Type> same_float_type(const TypeContext& context);

// A dimension that is not known yet agrees with any.
bool agree(Dim a, Dim b);
bool agree(const std::vector<Dim>& a, const std::vector<Dim>& b);

// A copy to compute in.
inline Tensor doubles(const Tensor& tensor) { return tensor.cast(DType::f64); }

void define_softmax(OpTable& table);
void define_dropout(OpTable& table);
void define_attention(OpTable& table);

}  // namespace tenon
