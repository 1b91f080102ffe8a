// What losses share: the attribute `reduction`, in kernels and in programs.
#pragma once

#include "op/composite.h"

namespace tenon {

AttrSpec reduction_attr();
Reduction reduction_of(const Attrs& attrs);  // throws where the text names none
AttrValue reduction_text(Reduction reduction);

// The type of a loss whose elements have the type `each`.
Type loss_type(const TypeContext& context, Type each);
// The result of a loss, given its elements in double and the number that a mean divides by.
std::vector<Tensor> reduced_loss(const KernelContext& context, const Tensor& each, double count);

void define_cross_entropy(OpTable& table);
std::vector<Value> decompose_cross_entropy(const DecomposeContext& context);
std::vector<Value> cross_entropy_gradient(const GradContext& context);

}  // namespace tenon
