// Reductions over axes: counted from the end where negative, all of them where none is named. With `keep`
// the reduced axes stay as dimensions of 1. Axes given as a value are a vector of i64.
#pragma once

#include "tenon/graph.h"

namespace tenon {

Value reduce_sum(Value x, Ints axes = {}, bool keep = false);
Value reduce_sum(Value x, Value axes, bool keep = false);
Value reduce_prod(Value x, Ints axes = {}, bool keep = false);
Value reduce_prod(Value x, Value axes, bool keep = false);
Value reduce_max(Value x, Ints axes = {}, bool keep = false);  // NaN where one is NaN
Value reduce_max(Value x, Value axes, bool keep = false);
Value reduce_min(Value x, Ints axes = {}, bool keep = false);  // NaN where one is NaN
Value reduce_min(Value x, Value axes, bool keep = false);
Value reduce_mean(Value x, Ints axes = {}, bool keep = false);  // of a float type
Value reduce_mean(Value x, Value axes, bool keep = false);
Value arg_max(Value x, std::int64_t axis, bool keep = false);  // i64, the first of equals
Value arg_min(Value x, std::int64_t axis, bool keep = false);  // i64, the first of equals

}  // namespace tenon
