// How the rows of element-wise ops are made: from functions on wide numbers and a gradient on values.
#pragma once

#include "op/wide.h"
#include "op/writing.h"
#include "tenon/ops.h"

namespace tenon {

template <class W>
using Test = bool (*)(W);

// Runs the function for the wide type of the last input; the result is narrowed to the node's type.
template <template <class> class Function>
Kernel map_kernel(const ByKind<Function>& functions) {
  return [functions](const KernelContext& context) -> std::vector<Tensor> {
    const Type& type = context.results[0];
    const Tensor wide = with_wide(wide_dtype(context.inputs.back().dtype()), [&]<class W>() {
      return map_wide(functions.template of<W>(), context.inputs, type.shape());
    });
    return {narrow(wide, type.dtype)};
  };
}

// The inputs have one element type, which the op takes; the result has it too, or is of bool.
template <template <class> class Function>
TypeRule map_rule(const ByKind<Function>& functions, bool gives_bool) {
  return [functions, gives_bool](const TypeContext& context) -> std::vector<Type> {
    require_same_dtype(context);
    require_taken(context, functions.takes(context.inputs[0].dtype));
    return {broadcast_type(context, gives_bool ? DType::boolean : context.inputs[0].dtype)};
  };
}

template <template <class> class Function>
OpDef map_row(int inputs, const char* documentation, const ByKind<Function>& functions, bool gives_bool) {
  OpDef def;
  def.family = "element-wise";
  def.documentation = documentation;
  def.min_inputs = def.max_inputs = inputs;
  def.elementwise = true;
  def.infer = map_rule(functions, gives_bool);
  def.kernel = map_kernel(functions);
  return def;
}

// The rule of an op through which nothing flows back, because small changes of its input change nothing.
std::vector<Value> zero_gradient(const GradContext& context);

void define_unary(OpTable& table);
void define_binary(OpTable& table);
void define_logic(OpTable& table);

}  // namespace tenon
