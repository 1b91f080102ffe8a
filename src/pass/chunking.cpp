#include "pass/chunking.h"

#include <algorithm>

#include "pass/itemwise.h"
#include "tenon/op.h"

namespace tenon {

namespace {
using Ids = std::set<std::uint32_t>;

class Finder {
 public:
  Finder(const Graph& graph, const ChunkOptions& options)
      : graph_(graph), options_(options), readers_(graph.nodes().size()), escapes_(graph.nodes().size()) {
    for (std::uint32_t id = 0; id < readers_.size(); ++id)
      for (const Ref input : node(id).inputs) readers_[input.node].insert(id);
    for (const NamedRef& output : graph_.outputs()) escapes_[output.ref.node] = true;
    for (const NamedRef& update : graph_.updates()) escapes_[update.ref.node] = true;
  }

  std::optional<Chunking> find() {
    for (std::uint32_t id = 0; id < readers_.size(); ++id)
      if (auto found = from_seed(id)) return found;
    return std::nullopt;
  }

 private:
  const Node& node(std::uint32_t id) const { return graph_.nodes()[id]; }

  std::optional<Chunking> from_seed(std::uint32_t id) {
    if (!is_light(id)) return std::nullopt;
    items_ = graph_.type(node(id).inputs[0]).dims[0].constant();
    Chunking chunking{id, node(id).op == Op::conv ? forward(id) : backward(id), items_, 0};
    chunking.fewer = items_at_a_time(chunking.nodes);
    if (chunking.fewer == 0 || !is_closed(chunking.nodes)) return std::nullopt;
    return chunking;
  }

  // A convolution that is bound by memory: few multiplications for each element of its result.
  bool is_light(std::uint32_t id) const {
    constexpr std::int64_t kFewProducts = 64;
    if (node(id).op != Op::conv && node(id).op != Op::conv_filter) return false;
    const Type& filter = node(id).op == Op::conv ? graph_.type(node(id).inputs[1]) : node(id).results[0];
    return filter.size() / std::max<std::int64_t>(filter.dims[0].constant(), 1) <= kFewProducts;
  }

  std::size_t bytes(Ref ref) const {
    const Type& type = graph_.type(ref);
    return static_cast<std::size_t>(type.size()) * size_of(type.dtype);
  }
  bool is_loops(std::uint32_t id) const { return options_.backend.role(graph_, node(id)) == Role::loops; }

  // Each chunk makes its own.
  bool is_free(std::uint32_t id) const { return is_same_for_all(graph_, node(id), items_); }

  // Forward: everything that only the chunk's values and free ones are needed for, up to where least leaves
  // it.
  Ids forward(std::uint32_t seed) const {
    Ids nodes = {seed};
    Ids best = nodes;
    std::size_t least = leaving(nodes);
    for (std::uint32_t id = seed + 1; id < readers_.size(); ++id) {
      if (!follows(nodes, id)) continue;
      nodes.insert(id);
      const std::size_t left = leaving(nodes);
      if (left >= least) continue;
      least = left;
      best = nodes;
    }
    return best;
  }

  bool follows(const Ids& nodes, std::uint32_t id) const {
    if (!is_loops(id) || is_free(id)) return false;
    const auto batched = batched_inputs(graph_, node(id), items_);
    if (!batched) return false;
    bool reads = false;
    for (std::size_t i = 0; i < batched->size(); ++i) {
      const std::uint32_t input = node(id).inputs[i].node;
      reads |= nodes.contains(input);
      if ((*batched)[i] ? !nodes.contains(input) && !is_free(input) : nodes.contains(input)) return false;
    }
    return reads;
  }

  // Backward: everything that is needed for the chunk alone, from where least enters it.
  Ids backward(std::uint32_t seed) const {
    Ids nodes = {seed};
    Ids best = nodes;
    std::size_t least = entering(nodes);
    for (std::uint32_t id = seed; id-- > 0;) {
      if (!leads(nodes, id)) continue;
      nodes.insert(id);
      const std::size_t left = entering(nodes);
      if (left >= least) continue;
      least = left;
      best = nodes;
    }
    return best;
  }

  bool leads(const Ids& nodes, std::uint32_t id) const {
    if (escapes_[id] || readers_[id].empty() || !is_loops(id) || is_free(id)) return false;
    return batched_inputs(graph_, node(id), items_) && inside(nodes, id);
  }

  bool inside(const Ids& nodes, std::uint32_t id) const {
    return !escapes_[id] && std::all_of(readers_[id].begin(), readers_[id].end(),
                                        [&](std::uint32_t reader) { return nodes.contains(reader); });
  }

  std::size_t leaving(const Ids& nodes) const {
    std::size_t sum = 0;
    for (const std::uint32_t id : nodes)
      for (std::uint32_t i = 0; i < node(id).results.size(); ++i)
        if (!inside(nodes, id)) sum += bytes({id, i});
    return sum;
  }

  std::size_t entering(const Ids& nodes) const {
    std::set<Ref> read;
    for (const std::uint32_t id : nodes)
      for (const Ref input : node(id).inputs)
        if (!nodes.contains(input.node) && !is_free(input.node)) read.insert(input);
    std::size_t sum = 0;
    for (const Ref ref : read) sum += bytes(ref);
    return sum;
  }

  // 0 where it is not worth it: the batch stays in the cache as a whole, does not divide, or as much crosses
  // the chunk's border as is kept inside.
  std::int64_t items_at_a_time(const Ids& nodes) const {
    constexpr std::int64_t kFewest = 4;
    std::size_t largest = 0;
    for (const std::uint32_t id : nodes)
      if (inside(nodes, id))
        for (std::uint32_t i = 0; i < node(id).results.size(); ++i)
          largest = std::max(largest, bytes({id, i}));
    if (largest <= options_.near_bytes || std::max(leaving(nodes), entering(nodes)) * 2 > largest) return 0;
    for (std::int64_t fewer = items_ - 1; fewer >= kFewest; --fewer)
      if (items_ % fewer == 0 &&
          largest / static_cast<std::size_t>(items_ / fewer) <= options_.near_bytes / 2)
        return fewer;
    return 0;
  }

  // Whether nothing outside stands between two of the nodes.
  bool is_closed(const Ids& nodes) const {
    std::vector<bool> behind(readers_.size(), false);  // reads the chunk's values from outside
    for (std::uint32_t id = 0; id < readers_.size(); ++id)
      for (const Ref input : node(id).inputs) {
        if (nodes.contains(id) && behind[input.node]) return false;
        behind[id] = behind[id] || behind[input.node] || (nodes.contains(input.node) && !nodes.contains(id));
      }
    return true;
  }

  const Graph& graph_;
  const ChunkOptions& options_;
  std::vector<Ids> readers_;
  std::vector<bool> escapes_;
  std::int64_t items_ = 0;
};

}  // namespace

std::optional<Chunking> find_chunking(const Graph& graph, const ChunkOptions& options) {
  return Finder(graph, options).find();
}

}  // namespace tenon
