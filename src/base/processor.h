// The processor that this runs on, as the system describes it.
#pragma once

#include <string>
#include <vector>

namespace tenon {

struct Processor {
  std::string name = "unknown";
  std::vector<std::string> features;  // those that generated code or libraries make use of
};
Processor processor();

}  // namespace tenon
