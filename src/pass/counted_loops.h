#pragma once

#include <optional>
#include <span>
#include <vector>

#include "tenon/op.h"

namespace tenon {

// A loop whose number of turns is known, as its trip count is a constant and nothing stops it before, is a
// scan over 0, 1, 2, …: then its stacked outputs have a known length, and the program need not be cut.
//
//   %last, %all = loop(5, true, %x) {…}   →   %last, %all = scan(%x, [0, 1, 2, 3, 4]) {…}
//
// Given the node's inputs, and its body, both typed. Nothing where the number is not known, or is 0, or so
// large that the whole is better not planned at once.
std::optional<std::vector<Value>> as_scan(const Node& loop, std::span<const Value> inputs, const Graph& body);

}  // namespace tenon
