#include "pass/pieces.h"

#include <algorithm>
#include <map>
#include <numeric>

namespace tenon {

namespace {
// Nodes that compute, in sets: those of a set depend on one another.
class Related {
 public:
  explicit Related(const Graph& graph)
      : graph_(graph), parents_(graph.nodes().size()), bytes_(parents_.size()) {
    std::iota(parents_.begin(), parents_.end(), 0);
    for (std::uint32_t id = 0; id < parents_.size(); ++id)
      if (computes(id)) add(id);
  }

  std::uint32_t set_of(std::uint32_t id) {
    while (parents_[id] != id) id = parents_[id] = parents_[parents_[id]];
    return id;
  }
  std::size_t bytes(std::uint32_t set) const { return bytes_[set]; }

 private:
  bool computes(std::uint32_t id) const {
    const Op op = graph_.nodes()[id].op;
    return op != Op::state && op != Op::constant;
  }

  void add(std::uint32_t id) {
    const Node& node = graph_.nodes()[id];
    for (const Type& result : node.results) bytes_[id] += result.bytes();
    for (const Ref input : node.inputs) {
      if (computes(input.node))
        unite(input.node, id);
      else
        bytes_[set_of(id)] += graph_.type(input).bytes();
    }
  }

  void unite(std::uint32_t one, std::uint32_t other) {
    const std::uint32_t from = set_of(one), to = set_of(other);
    if (from == to) return;
    parents_[from] = to;
    bytes_[to] += bytes_[from];
  }

  const Graph& graph_;
  std::vector<std::uint32_t> parents_;
  std::vector<std::size_t> bytes_;  // of a set, where it is at its root
};
}  // namespace

std::vector<std::vector<NamedRef>> pieces_of(const Graph& prepare, std::span<const NamedRef> wanted,
                                             std::size_t bytes) {
  Related related(prepare);
  std::map<std::uint32_t, std::size_t> piece_of_set;
  std::vector<std::vector<NamedRef>> pieces;
  std::size_t size = 0;  // of the last one
  for (const NamedRef& value : wanted) {
    const std::uint32_t set = related.set_of(value.ref.node);
    if (const auto known = piece_of_set.find(set); known != piece_of_set.end()) {
      pieces[known->second].push_back(value);
      continue;
    }
    const std::size_t more = related.bytes(set);
    if (pieces.empty() || size + more > bytes) {
      pieces.emplace_back();
      size = 0;
    }
    size += more;
    pieces.back().push_back(value);
    piece_of_set.emplace(set, pieces.size() - 1);
  }
  return pieces;
}

}  // namespace tenon
