// How good a model's output is, where no recipe says how it is to be judged.
#pragma once

#include <string>

#include "tenon/tensor.h"

namespace tenon::cli {

void check_metric(const std::string& name);  // fails where there is none of this name

// The mean over all items. Fails where the output and what is right do not go together.
double score(const std::string& metric, const Tensor& output, const Tensor& target);

// The same, so that more is always better: of errors, the negative.
double goodness(const std::string& metric, const Tensor& output, const Tensor& target);

// Whether the target is a class for each row of the output.
bool are_classes(const Tensor& output, const Tensor& target);

}  // namespace tenon::cli
