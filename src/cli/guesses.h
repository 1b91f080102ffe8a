// What an output of classes says of an item.
#pragma once

#include "tenon/engine.h"

namespace tenon::cli {

struct Guess {
  std::int64_t index;
  double share;  // as softmax gives it
};

// The classes of one item, the best first.
std::vector<Guess> best(const Tensor& output, std::int64_t item, std::int64_t count);
std::string class_name(const Engine& engine, std::int64_t index);
void check_classes(const Tensor& output);  // fails where the output is none of classes

}  // namespace tenon::cli
