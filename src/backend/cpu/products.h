// Which matrix products generated loops run as fast as the library or faster.
#pragma once

#include "tenon/graph.h"

namespace tenon::cpu {

// So small that a call of the library costs more than the product: such a product may be part of a larger
// group.
bool is_small_product(const Graph& graph, const Node& matmul);

// A product, alone or as the root of a group of kind "contraction", that can be a step of loops of its own;
// and that is faster so.
bool could_be_loops(const Graph& lowered, const Node& node);
bool is_product_for_loops(const Graph& lowered, const Node& node, int threads);

}  // namespace tenon::cpu
