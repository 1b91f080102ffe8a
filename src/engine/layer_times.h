// How long layers take, measured where they stand.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "tenon/engine.h"

namespace tenon::engine {

// Microseconds of each layer, by name: of the steps that it is computed in, and of those that do nothing but
// convert for it. A step of several layers counts for each by its share.
using LayerTimes = std::map<std::string, double>;

// Both by turns, so that what disturbs one disturbs the other; of each step, or call, the least.
std::pair<LayerTimes, LayerTimes> time_layers(EngineSession& a, EngineSession& b);
std::pair<double, double> time_calls(EngineSession& a, EngineSession& b);

// The layers that read bf16, in the order in which they are computed.
std::vector<StepLayer> lowered_layers(const EngineSession& session);

}  // namespace tenon::engine
