// Which nodes of the typed stage compute each item of a batch from that item alone, so that they can be run
// for a few items at a time.
#pragma once

#include <optional>
#include <vector>

#include "tenon/graph.h"

namespace tenon {

// By input, whether it is a batch too (its first axis counts the same items) or the same for all of them.
// Nothing where the node is not of that kind, or where its results are no batch of so many items.
std::optional<std::vector<bool>> batched_inputs(const Graph& graph, const Node& node, std::int64_t items);

// Whether a node repeats for every item what is the same for all of them: a broadcast, positions, or
// arithmetic on such values.
bool is_same_for_all(const Graph& graph, const Node& node, std::int64_t items);

// The node's attributes for another number of items.
Attrs attrs_for(const Node& node, std::int64_t items, std::int64_t fewer);

}  // namespace tenon
