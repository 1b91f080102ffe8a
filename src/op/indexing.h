// What the rows of the indexing ops share.
#pragma once

#include <functional>

#include "op/support.h"

namespace tenon {

OpDef indexing_row(std::string documentation, int inputs);
void require_indices(const TypeContext& context, std::size_t input);
void require_reduction(const TypeContext& context);  // the attribute is one that there is

// A scatter, seen as two functions of its indices: what it takes from, and puts into, a tensor like x.
struct Indexed {
  std::function<Value(Value x)> take;
  std::function<Value(Value x, Value updates, const std::string& reduction)> put;
};
// The gradient of put(x, updates), whose inputs are x, indices and updates. Of updates that meet in one place
// only the last gets it where there is no reduction, all that equal the result with max and min; an update of
// 0 has none with mul.
std::vector<Value> updated_gradient(const GradContext& g, const Indexed& indexed);

void define_indexing_nd(OpTable& table);
void define_ordering(OpTable& table);

}  // namespace tenon
