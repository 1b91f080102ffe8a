// How contractions were timed, for people.
#pragma once

#include <string>
#include <vector>

#include "tenon/tuned.h"

namespace tenon::cli {

// A line a node: the way that was chosen, its time, and those of the others.
std::string ways_text(const std::vector<TunedNode>& nodes);

}  // namespace tenon::cli
