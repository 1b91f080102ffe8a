// What every node must keep to, whoever wrote it: the row of its op.
#pragma once

#include "tenon/op.h"

namespace tenon {

inline constexpr std::int64_t kMaxRank = 64;

// The attributes as the row has them, for a node with so many inputs: fallbacks filled in, nothing unknown,
// each of its kind, none that an operand gives.
Attrs complete_attrs(const OpDef& def, const Attrs& given, std::size_t inputs);
void check_arity(const OpDef& def, std::size_t inputs, std::size_t bodies);

// The types that the op's rule gives to a node whose inputs stand in `graph`.
std::vector<Type> infer_types(const Graph& graph, const Node& node);
// Where operands of the node are all constants, they become attributes.
void settle_operands(const Graph& graph, Node& node);

}  // namespace tenon
