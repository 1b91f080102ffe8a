// Runs that are kept in a folder.
#pragma once

#include <sys/wait.h>

#include <fstream>

#include "train/problem.h"

namespace tenon::testing {

inline FitOptions kept(const std::string& folder, std::int64_t epochs) {
  FitOptions options{.epochs = epochs, .batch = 16, .progress = Progress::quiet};
  options.schedule = schedule::linear();
  options.run = {.folder = folder, .recipe = "seed = 0\n", .resume = true, .every_steps = 2};
  return options;
}

// A trainer that went through the run without a stop.
inline Trainer uninterrupted(FitOptions options, const Dataset& data, const std::string& backend = {}) {
  Trainer trainer = small_trainer({.backend = backend});
  options.run = {};
  trainer.fit(data, options);
  return trainer;
}

inline std::vector<std::string> lines_of(const std::string& path) {
  std::ifstream in(path);
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

inline int wait_for(pid_t child) {
  int status = 0;
  ::waitpid(child, &status, 0);
  return status;
}

}  // namespace tenon::testing
