// What lowering has to know of single ops: which it covers, what they cost, and their attributes in the form
// that generated loops want.
#pragma once

#include <optional>

#include "codegen/loop.h"
#include "op/window.h"
#include "tenon/graph.h"

namespace tenon::codegen {

// How a reduction-like node goes round: each element of its result collects over `reduced`, a pooling over
// the places of its window.
struct Fold {
  Combine combine;
  DType type;  // of the accumulator
  Shape reduced;
};

// Absent for what is computed element by element.
std::optional<Fold> fold_of(const Graph& graph, const Node& node);

// Over axes; the mean is none, the sum stands in for it.
bool is_reduction(Op op);
bool is_pooling(Op op);  // and its gradients
Window pooling_window(const Node& node);
// Places of a window, where all windows have the same number; else 0. Averages need it.
std::int64_t window_places(const Node& node);
// Elements change places only; the first input is what moves.
bool is_movement(Op op);
// Instructions for one element (or register of elements), roughly. Movement is free.
double cost_of(Op op);

std::size_t axis_of(const Node& node, std::size_t rank);       // attribute `axis`, not negative
Ints permutation_of(const Node& node, std::size_t rank);       // of transpose
std::int64_t from_front(std::int64_t axis, std::size_t rank);  // negative ones count from the end
Ints named_axes(const Node& node, std::size_t rank);  // attribute `axes` or `axis`, sorted; all where empty

}  // namespace tenon::codegen
