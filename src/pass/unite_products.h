#pragma once

#include <functional>

#include "tenon/graph.h"

namespace tenon {

// Products of one left side with several fixed matrices become one product with the matrices side by side,
// biases included: queries, keys and values of attention. On the typed stage; in what it writes, broadcasts
// are implicit again.
//
//   %1 = matmul(%x, %q)  %2 = add(%1, %a)  %3 = matmul(%x, %k)  %4 = add(%3, %b)
//   →  %1 = matmul(%x, concat(%q, %k))  %2 = add(%1, concat(%a, %b))  %3 = slice(%2)  %4 = slice(%2)
//
// What is fixed is computed once, before the first run. `contracts` says of a product whether it is a call of
// its own. It must not unite products whose results go on into arithmetic, which a call takes along and the
// parts of a larger one could not, nor such as are small or whose weights may change.
Graph unite_products(const Graph& typed, const std::function<bool(const Graph&, const Node&)>& contracts);

}  // namespace tenon
