// Random ops as integer arithmetic: Philox, written as ops on the numbers of a block.
#pragma once

#include "tenon/graph.h"

namespace tenon::codegen {

// Whether `write_random` covers a node.
bool is_lowered_random(const Node& node);

struct WrittenRandom {
  Value result;
  Value words;  // 32 random bits an element, four of a block beside one another: computed together or not at
                // all
};
WrittenRandom write_random(const Node& node, Value key);

}  // namespace tenon::codegen
