// What becomes of an op when its operands are read before they were transposed.
#pragma once

#include <optional>

#include "tenon/graph.h"

namespace tenon {

// op(transpose(x, perm)) is transpose(op'(x), result): the attributes of op', and how its result is then
// transposed.
struct Turned {
  Attrs attrs;
  Ints result;
};
// Of element-wise ops, reductions, concat, pad, slice, and reshapes that only put in or take out axes of one
// element; nothing of others. All operands are transposed alike.
std::optional<Turned> turned(const Graph& typed, const Node& node, const Ints& perm);

}  // namespace tenon
