#include "pass/sinking.h"

#include <algorithm>
#include <limits>
#include <map>
#include <numeric>
#include <set>

#include "tenon/op.h"

namespace tenon {

namespace {
constexpr int kNever = std::numeric_limits<int>::max();

class Sinker {
 public:
  Sinker(const StagedLoops& program, std::vector<int>& stages, int stage)
      : program_(program),
        stages_(stages),
        stage_(stage),
        waits_(program.loops.size(), false),
        part_(program.loops.size()) {
    std::iota(part_.begin(), part_.end(), 0);
  }

  void run() {
    find_waiting();
    join_parts();
    for (const auto& [part, nodes] : parts()) move(nodes);
  }

 private:
  using Ids = std::vector<std::uint32_t>;
  const Node& node(std::uint32_t id) const { return program_.graph.nodes()[id]; }
  std::uint32_t count() const { return static_cast<std::uint32_t>(waits_.size()); }
  bool is_here(std::uint32_t id) const { return program_.loops[id] && stages_[id] == stage_; }

  bool may_wait(std::uint32_t id) const {
    if (program_.escapes[id] || program_.readers[id].empty()) return false;
    if (!program_.cheap[id] && !(is_here(id) && definition(node(id).op).elementwise)) return false;
    return std::all_of(program_.readers[id].begin(), program_.readers[id].end(), [&](std::uint32_t reader) {
      return waits_[reader] || (program_.loops[reader] && stages_[reader] > stage_);
    });
  }

  void find_waiting() {
    for (std::uint32_t id = count(); id-- > 0;) waits_[id] = may_wait(id);
  }

  std::uint32_t part_of(std::uint32_t id) {
    while (part_[id] != id) id = part_[id] = part_[part_[id]];
    return id;
  }

  // What hangs together by what it hands on, or by what would be kept for it, moves together or not at all. A
  // cheap node joins its readers only where it passes on something of this stage.
  void join_parts() {
    std::vector<bool> passes_on(count(), false);
    for (std::uint32_t id = 0; id < count(); ++id) {
      passes_on[id] = is_here(id) && (waits_[id] || !is_kept_anyway(id));
      if (!waits_[id]) continue;
      for (const Ref input : node(id).inputs) {
        if (!passes_on[input.node]) continue;
        part_[part_of(id)] = part_of(input.node);
        passes_on[id] = true;
      }
    }
  }

  std::map<std::uint32_t, Ids> parts() {
    std::map<std::uint32_t, Ids> parts;
    for (std::uint32_t id = 0; id < count(); ++id)
      if (waits_[id]) parts[part_of(id)].push_back(id);
    return parts;
  }

  static std::size_t bytes_of(const Node& node) {
    std::size_t bytes = 0;
    for (const Type& type : node.results)
      bytes += static_cast<std::size_t>(type.size()) * size_of(type.dtype);
    return bytes;
  }

  int first_reader(std::uint32_t id) const {
    int first = kNever;
    for (const std::uint32_t reader : program_.readers[id])
      if (!waits_[reader]) first = std::min(first, stages_[reader]);
    return first;
  }

  // Whether a value of this stage goes through memory though the part stays: others read it later, too.
  bool is_kept_anyway(std::uint32_t id) const {
    return program_.escapes[id] ||
           std::any_of(program_.readers[id].begin(), program_.readers[id].end(), [&](std::uint32_t reader) {
             return !program_.loops[reader] || stages_[reader] > stage_;
           });
  }

  void move(const Ids& nodes) {
    int target = kNever;
    std::size_t kept_if_they_stay = 0;
    std::set<std::uint32_t> needed;
    for (const std::uint32_t id : nodes) {
      target = std::min(target, first_reader(id));
      if (!program_.cheap[id] && first_reader(id) != kNever) kept_if_they_stay += bytes_of(node(id));
      for (const Ref input : node(id).inputs)
        if (is_here(input.node) && !waits_[input.node] && !is_kept_anyway(input.node))
          needed.insert(input.node);
    }
    std::size_t kept_if_they_move = 0;
    for (const std::uint32_t id : needed) kept_if_they_move += bytes_of(node(id));
    if (kept_if_they_move > 0 && kept_if_they_move >= kept_if_they_stay) return;
    for (const std::uint32_t id : nodes)
      if (program_.loops[id]) stages_[id] = target;
  }

  const StagedLoops& program_;
  std::vector<int>& stages_;
  int stage_;
  std::vector<bool> waits_;
  std::vector<std::uint32_t> part_;
};
}  // namespace

void sink(const StagedLoops& program, std::vector<int>& stages) {
  if (stages.empty()) return;
  for (int stage = *std::max_element(stages.begin(), stages.end()); stage-- > 0;)
    Sinker(program, stages, stage).run();
}

}  // namespace tenon
