#include <map>

#include "plan/executable.h"

namespace tenon {

namespace {
// Reads the steps in order: what stands at an offset is what was written there last.
class Reader {
 public:
  explicit Reader(const Plan& plan) : graph_(*plan.lowered) {}

  void read(const PlannedStep& planned, std::size_t step) {
    const Node& node = graph_.nodes()[planned.node];
    for (std::size_t i = 0; i < planned.places.size(); ++i) {
      const Place& place = planned.places[i];
      if (place.kind != Place::Kind::scratch) continue;
      if (i < node.inputs.size())
        touch(place.offset, step);
      else
        write(planned, place.offset, bytes_at(planned, node, i - node.inputs.size()), step);
    }
  }
  std::vector<Lifetime> take() { return std::move(found_); }

 private:
  // Behind the results stands the step's own scratch.
  static std::size_t bytes_at(const PlannedStep& planned, const Node& node, std::size_t result) {
    return result < node.results.size() ? node.results[result].bytes() : planned.step->scratch_bytes();
  }

  void touch(std::size_t offset, std::size_t step) {
    if (const auto standing = standing_.find(offset); standing != standing_.end())
      found_[standing->second].last = step;
  }

  void write(const PlannedStep& planned, std::size_t offset, std::size_t bytes, std::size_t step) {
    if (bytes == 0) return;
    standing_[offset] = found_.size();
    found_.push_back({planned.name, offset, bytes, step, step});
  }

  const Graph& graph_;
  std::map<std::size_t, std::size_t> standing_;  // offset → index
  std::vector<Lifetime> found_;
};
}  // namespace

std::vector<Lifetime> lifetimes(const Plan& plan) {
  Reader reader(plan);
  for (std::size_t step = 0; step < plan.steps.size(); ++step) reader.read(plan.steps[step], step);
  return reader.take();
}

}  // namespace tenon
