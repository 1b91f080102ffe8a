// The ops with bodies: what their bodies are handed, and their gradients.
#pragma once

#include "tenon/op.h"

namespace tenon {

inline constexpr std::size_t kLoopInputs = 2;  // the trip count and the condition, before what it hands on

// The types of what a body of if_else, loop or scan is handed, by those of the node's inputs.
std::vector<Type> body_input_types(Op op, const Attrs& attrs, std::span<const Type> inputs);

// The first input of a body that is the same at each turn.
std::size_t first_captured(const Node& node);

std::vector<Tensor> if_else_kernel(const KernelContext& context);
std::vector<Tensor> loop_kernel(const KernelContext& context);
std::vector<Tensor> scan_kernel(const KernelContext& context);

std::vector<Value> if_else_gradient(const GradContext& g);

// Reverse mode through a scan is a scan the other way round. It needs what was carried into each turn, so the
// scan is run once more with a body that also returns that.
std::vector<Value> scan_gradient(const GradContext& g);

}  // namespace tenon
