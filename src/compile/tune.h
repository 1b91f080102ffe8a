// Choices by measurement: the contractions of a program are timed in every way in which the backend can run
// them, each by itself.
#pragma once

#include "backend/backend.h"
#include "tenon/tuned.h"

namespace tenon {

class Tuner {
 public:
  // What was chosen so far; it grows.
  std::shared_ptr<const Choices> choices() const { return choices_; }
  const std::vector<TunedNode>& nodes() const { return nodes_; }

  // Of a lowered program: each contraction whose weights are the same in every run, and that it has not met.
  void measure(const Graph& lowered, Backend& backend, const BackendOptions& options);

 private:
  std::shared_ptr<Choices> choices_ = std::make_shared<Choices>();
  std::vector<TunedNode> nodes_;
};

}  // namespace tenon
