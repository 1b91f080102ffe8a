// What gradient rules, decompositions and the public functions write programs with.
#pragma once

#include <vector>

#include "tenon/graph.h"

namespace tenon {

// The first result of a new node in the graph of its inputs, of which there is at least one.
Value write(Op op, const std::vector<Value>& inputs, const Attrs& attrs = {});
std::vector<Value> write_all(Op op, const std::vector<Value>& inputs, const Attrs& attrs = {});

// The gradient of an input that was broadcast: summed over what it was stretched along.
Value unbroadcast(Value grad, Value input);

// The axes in [0, rank), sorted; all of them where the list is empty.
Ints resolved_axes(const Ints& axes, std::int64_t rank);
// All axes of x from `first` on.
Ints axes_from(Value x, std::int64_t first);
// x with dimensions of 1 put in, so that they stand at `axes` of the result; needs no known shape.
Value insert_axes(Value x, const Ints& axes);
// x without the dimensions of 1 that stand at `axes`; needs no known shape either.
Value remove_axes(Value x, const Ints& axes);
// What was reduced over `axes` of x, stretched to the shape of x again.
Value expand_reduced(Value reduced, Value x, const Ints& axes, bool keep);
// How many elements of x stand together along `axes`, as a scalar of x's element type; and one over that.
Value count_along(Value x, const Ints& axes);
Value inverse_count_along(Value x, const Ints& axes);

}  // namespace tenon
