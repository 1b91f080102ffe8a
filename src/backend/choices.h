// Ways to run a node that were measured and kept, by what the node is and where it was measured.
#pragma once

#include "backend/backend.h"

namespace tenon {

// The same for the same node of whatever program, on this device with so many threads.
std::string choice_key(const Graph& lowered, const Node& node, const DeviceInfo& device,
                       const BackendOptions& options);

// What was chosen for it; null where nothing was.
const std::string* chosen_way(const Graph& lowered, const Node& node, const DeviceInfo& device,
                              const BackendOptions& options);

}  // namespace tenon
