// Runs a program on a backend as everything above a backend must: device memory is reached through the
// interface alone, and nothing is done before the stream says so.
#pragma once

#include <memory>
#include <vector>

#include "backend/backend.h"

namespace tenon::conformance {

// The inputs have the types that the program says. Throws where a step writes beyond an output.
std::vector<Tensor> run_on(const std::shared_ptr<Backend>& backend, const Graph& graph,
                           const std::vector<Tensor>& inputs, int threads = 1);

}  // namespace tenon::conformance
