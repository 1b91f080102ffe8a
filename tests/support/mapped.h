// What this process has in memory of a file that it mapped.
#pragma once

#include <fstream>
#include <sstream>
#include <string>

namespace tenon::testing {

// In kilobytes: pages of the mapping, and how much of that are copies of this process's own.
struct Mapped {
  long resident = 0;
  long copied = 0;
};

inline Mapped mapped(const std::string& file) {
  Mapped sum;
  bool is_its = false;
  std::ifstream maps("/proc/self/smaps");
  for (std::string line; std::getline(maps, line);) {
    std::istringstream words(line);
    std::string name;
    long kilobytes = 0;
    words >> name;
    if (name.find('-') != std::string::npos) is_its = line.ends_with(file);
    if (!is_its || !(words >> kilobytes)) continue;
    if (name == "Rss:") sum.resident += kilobytes;
    if (name == "Anonymous:") sum.copied += kilobytes;
  }
  return sum;
}

}  // namespace tenon::testing
