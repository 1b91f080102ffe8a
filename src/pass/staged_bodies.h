// The bodies of a node, in the typed stage.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "tenon/op.h"

namespace tenon {

// Of the types that a node of if_else, loop or scan hands them, given its inputs, all typed. None where the
// node cannot be planned: a body needs stages of its own, branches return different shapes, or what is
// carried changes its shape.
std::vector<std::shared_ptr<const Graph>> typed_bodies(const Node& node, std::span<const Value> inputs);

// As they are, but constants that the node hands them, and on which shapes depend, are constants there.
std::vector<std::shared_ptr<const Graph>> told_bodies(const Node& node, std::span<const Value> inputs);

}  // namespace tenon
