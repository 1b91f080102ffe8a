// What measuring the ways to run a program's contractions found.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace tenon {

struct TunedNode {
  std::string key;                                   // what the node is, and where it was measured
  std::string node;                                  // for people
  std::vector<std::pair<std::string, double>> ways;  // with microseconds, the fastest first
};

}  // namespace tenon
