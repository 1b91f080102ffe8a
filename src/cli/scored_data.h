// The data that a model is scored on: its recipe's, or others that a command is given.
#pragma once

#include "cli/model.h"
#include "recipe/interface.h"

namespace tenon::cli {

Dataset data_for(const Scoring& scoring, const std::string& path, const Model& model,
                 const recipe::Interface& interface);
const Tensor& target_of(const Dataset& data, const Scoring& scoring);

}  // namespace tenon::cli
