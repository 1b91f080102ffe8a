#include "engine/choose_layers.h"

#include <algorithm>
#include <numeric>

namespace tenon::engine {

std::vector<bool> choose_layers(const std::vector<Candidate>& candidates, double max_drop,
                                const std::function<double(const std::vector<bool>&)>& drop_of) {
  std::vector<std::size_t> order(candidates.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::erase_if(order, [&](std::size_t i) { return !(candidates[i].gain > 0); });
  // Multiplied out, for an error may be 0.
  std::ranges::stable_sort(order, [&](std::size_t a, std::size_t b) {
    return candidates[a].gain * candidates[b].error > candidates[b].gain * candidates[a].error;
  });
  const auto holds = [&](const std::vector<bool>& choice) { return drop_of(choice) <= max_drop; };

  std::vector<bool> taken(candidates.size(), false);
  if (order.empty()) return taken;
  std::vector<bool> all = taken;
  for (const std::size_t i : order) all[i] = true;
  if (holds(all)) return all;
  for (const std::size_t i : order) {
    taken[i] = true;
    if (!holds(taken)) taken[i] = false;
  }
  return taken;
}

}  // namespace tenon::engine
