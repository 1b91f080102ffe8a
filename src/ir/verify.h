// What a program must keep to at each of its stages. Each function throws an Error that names the node, by
// number and op, and the rule; passes are tested against them.
#pragma once

#include "tenon/graph.h"

namespace tenon {

// Every node keeps to its op's row: arity, attributes, and types that its type rule does not contradict.
// Names are unique, bodies hold no state, and nothing stands here that only lowering writes.
void verify_source(const Graph& graph);

// Also: every type is concrete and the rule's own, element-wise ops have inputs of their result's shape, and
// no op asks for a shape.
void verify_typed(const Graph& graph);

// As typed, and ops of lowered programs are allowed.
void verify_lowered(const Graph& graph);

}  // namespace tenon
