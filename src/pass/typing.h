// One node, from the source stage to the typed stage.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "tenon/op.h"

namespace tenon {

bool is_constant(Value value);

// The results as constants, where all inputs are constants and everything is small: of integers, and of
// floats too where it is `for_planning`.
std::optional<std::vector<Value>> fold_node(Graph& to, const Node& node, std::span<const Value> inputs,
                                            bool for_planning);

// Writes what stands for a node without bodies, no leaf, whose inputs stand in `to` and are typed. What can
// be folded must have been.
std::vector<Value> type_node(Graph& to, const Node& node, std::span<const Value> inputs);

}  // namespace tenon
