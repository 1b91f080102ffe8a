// What an engine keeps of the precision that was chosen for it.
#pragma once

#include <functional>

#include "base/json.h"
#include "tenon/engine.h"

namespace tenon::engine {

// Which convolutions and products a choice hands bf16; empty where there are none.
std::function<bool(const Node&)> lowers(const PrecisionReport& report);

// A choice knows layers by their labels: nodes that have none are called as `Engine::values` calls what they
// give, so that the name outlives other numbers.
Graph with_labels(const Graph& program);

std::string_view name_of(Precision precision);
double number_or_infinity(const Json& json);  // JSON has no infinity: it is written as null
Json precision_json(const PrecisionReport& report);
PrecisionReport parse_precision(const Json& json);

}  // namespace tenon::engine
