#include "pass/grouping.h"

#include <algorithm>
#include <map>

#include "pass/rewrite.h"
#include "pass/sinking.h"

namespace tenon {

namespace {
using Ids = std::vector<std::uint32_t>;

bool is_leaf(const Node& node) {
  return node.op == Op::input || node.op == Op::state || node.op == Op::constant;
}

// What takes about as long as reading its result would.
bool is_arithmetic(Op op) {
  return op == Op::add || op == Op::sub || op == Op::mul || op == Op::cast || op == Op::equal ||
         op == Op::less;
}

class Grouper {
 public:
  Grouper(const Graph& graph, const Backend& backend, const BackendOptions& options)
      : graph_(graph),
        backend_(backend),
        options_(options),
        count_(graph.nodes().size()),
        kind_(count_),
        readers_(count_),
        escapes_(count_),
        root_(count_, kNone),
        stage_(count_, 0),
        generated_(count_) {}

  Grouping run() {
    classify();
    collect_readers();
    take_epilogues();
    find_cheap();
    assign_stages();
    sink_loops();
    separate_views();
    return units();
  }

 private:
  enum class Kind { leaf, cheap, loops, contraction, opaque, view };
  static constexpr std::uint32_t kNone = ~0u;

  const Node& node(std::uint32_t id) const { return graph_.nodes()[id]; }
  bool in_loops(std::uint32_t id) const { return kind_[id] == Kind::loops && root_[id] == kNone; }
  bool absorbed(std::uint32_t id) const { return root_[id] != kNone; }

  void classify() {
    for (std::uint32_t id = 0; id < count_; ++id) {
      if (is_leaf(node(id))) {
        kind_[id] = Kind::leaf;
        continue;
      }
      const Role role = backend_.role(graph_, node(id));
      kind_[id] = role == Role::loops         ? Kind::loops
                  : role == Role::contraction ? Kind::contraction
                                              : Kind::opaque;
    }
  }

  void collect_readers() {
    for (std::uint32_t id = 0; id < count_; ++id)
      for (const Ref input : node(id).inputs) readers_[input.node].push_back(id);
    for (const NamedRef& output : graph_.outputs()) escapes_[output.ref.node] = true;
    for (const NamedRef& update : graph_.updates()) escapes_[update.ref.node] = true;
  }

  // What a contraction's result goes through on its only way on, as long as the backend takes it along.
  void take_epilogues() {
    for (std::uint32_t id = 0; id < count_; ++id) {
      if (kind_[id] != Kind::contraction) continue;
      root_[id] = id;
      Ids epilogue;
      std::uint32_t last = id;
      while (!escapes_[last] && readers_[last].size() == 1) {
        const std::uint32_t next = readers_[last][0];
        if (!in_loops(next) || !backend_.absorbs(graph_, node(id), epilogue, node(next), options_)) break;
        root_[next] = id;
        epilogue.push_back(next);
        last = next;
      }
    }
  }

  bool is_generated(std::uint32_t id) const {
    const auto is_generated_input = [&](Ref input) {
      return node(input.node).op == Op::constant ? node(input.node).results[0].size() == 1
                                                 : bool(generated_[input.node]);
    };
    const auto& inputs = node(id).inputs;
    if (node(id).op == Op::iota) return true;
    return in_loops(id) && (node(id).op == Op::broadcast_to || is_arithmetic(node(id).op)) &&
           std::all_of(inputs.begin(), inputs.end(), is_generated_input);
  }

  // Of 16 bits: there is less to read before than after.
  bool widens(std::uint32_t id) const {
    if (node(id).op != Op::cast) return false;
    const DType from = graph_.type(node(id).inputs[0]).dtype;
    return node(id).results[0].dtype == DType::f32 && (from == DType::bf16 || from == DType::f16);
  }

  // A broadcast, a wider copy, arithmetic on single elements or on positions: not worth a place in memory, so
  // each reader computes it anew.
  bool is_cheap(std::uint32_t id) const {
    if (!in_loops(id) || node(id).results.size() != 1) return false;
    if (node(id).op == Op::broadcast_to || generated_[id] || widens(id)) return true;
    const OpDef& def = definition(node(id).op);
    return node(id).results[0].size() == 1 && (def.elementwise || node(id).op == Op::reshape) &&
           std::all_of(node(id).inputs.begin(), node(id).inputs.end(), [&](Ref input) {
             return kind_[input.node] == Kind::cheap || kind_[input.node] == Kind::leaf;
           });
  }

  // A movement that every contraction behind it reads through.
  bool is_taken_in(std::uint32_t id, std::uint32_t reader) const {
    return reader == root_[reader] && backend_.takes_in(graph_, node(reader), node(id));
  }

  bool moves(std::uint32_t id) const { return node(id).op == Op::reshape || node(id).op == Op::transpose; }

  bool is_taken_in(std::uint32_t id) const {
    return std::any_of(readers_[id].begin(), readers_[id].end(),
                       [&](std::uint32_t reader) { return is_taken_in(id, reader); });
  }

  // The two nodes of a movement that a contraction takes in: the one that it reads, and the one before that.
  bool leads_into_contraction(std::uint32_t id) const {
    return in_loops(id) && moves(id) &&
           (is_taken_in(id) ||
            std::any_of(readers_[id].begin(), readers_[id].end(),
                        [&](std::uint32_t reader) { return moves(reader) && is_taken_in(reader); }));
  }

  void find_cheap() {
    for (std::uint32_t id = 0; id < count_; ++id) generated_[id] = is_generated(id);
    for (std::uint32_t id = 0; id < count_; ++id)
      if (leads_into_contraction(id) && !escapes_[id] &&
          std::all_of(readers_[id].begin(), readers_[id].end(), [&](std::uint32_t reader) {
            return in_loops(reader) || is_taken_in(id, reader) || kind_[reader] == Kind::cheap;
          }))
        kind_[id] = Kind::cheap;
    for (std::uint32_t id = 0; id < count_; ++id)
      if (is_cheap(id) && !escapes_[id] &&
          std::all_of(readers_[id].begin(), readers_[id].end(), [&](std::uint32_t reader) {
            return in_loops(reader) || (absorbed(reader) && reader != root_[reader]);
          }))
        kind_[id] = Kind::cheap;
    // A cheap node that some reader needs in memory was left out above; so is what only it reads.
    for (std::uint32_t id = 0; id < count_; ++id)
      if (kind_[id] == Kind::cheap && readers_[id].empty()) kind_[id] = Kind::loops;
  }

  // Loops of one stage can become one group without a cycle: between two stages stands something else.
  int stage_after(Ref input, bool reader_is_loops) const {
    const std::uint32_t id = input.node;
    return stage_[id] +
           (reader_is_loops && !in_loops(id) && kind_[id] != Kind::leaf && kind_[id] != Kind::cheap ? 1 : 0);
  }

  void assign_stages() {
    for (std::uint32_t id = 0; id < count_; ++id) {
      const bool as_loops = in_loops(id) || kind_[id] == Kind::cheap;
      for (const Ref input : node(id).inputs) stage_[id] = std::max(stage_[id], stage_after(input, as_loops));
      // What is read before the end of an epilogue is read by its root.
      if (absorbed(id)) stage_[id] = std::max(stage_[id], stage_[root_[id]]);
    }
  }

  void sink_loops() {
    StagedLoops program{graph_, readers_, escapes_, std::vector<bool>(count_), std::vector<bool>(count_)};
    for (std::uint32_t id = 0; id < count_; ++id) {
      program.loops[id] = in_loops(id);
      program.cheap[id] = kind_[id] == Kind::cheap;
    }
    sink(program, stage_);
  }

  // A reshape at a group's edge is another way to look at memory, not a computation.
  void separate_views() {
    const auto same_group = [&](std::uint32_t a, std::uint32_t b) {
      return (in_loops(b) && stage_[a] == stage_[b]) || kind_[b] == Kind::cheap;
    };
    for (std::uint32_t id = 0; id < count_; ++id)
      if (in_loops(id) && node(id).op == Op::reshape && !same_group(id, node(id).inputs[0].node))
        kind_[id] = Kind::view;
    for (std::uint32_t id = static_cast<std::uint32_t>(count_); id-- > 0;) {
      if (!in_loops(id) || node(id).op != Op::reshape || kind_[node(id).inputs[0].node] == Kind::cheap)
        continue;
      const bool read_inside = std::any_of(readers_[id].begin(), readers_[id].end(),
                                           [&](std::uint32_t reader) { return same_group(id, reader); });
      if (!read_inside) kind_[id] = Kind::view;
    }
  }

  Grouping units() const {
    Grouping grouping{{}, std::vector<int>(count_, Grouping::kNowhere)};
    std::map<std::pair<int, std::uint32_t>, int> known;  // (0, stage) or (1, root)
    for (std::uint32_t id = 0; id < count_; ++id) {
      if (kind_[id] == Kind::leaf || kind_[id] == Kind::cheap) continue;
      const bool shared = in_loops(id) || absorbed(id);
      const auto key = in_loops(id) ? std::pair(0, static_cast<std::uint32_t>(stage_[id]))
                                    : std::pair(1, absorbed(id) ? root_[id] : id);
      const auto [at, fresh] = known.emplace(key, static_cast<int>(grouping.units.size()));
      if (fresh || !shared) grouping.units.push_back({unit_kind(id), {}});
      grouping.unit_of[id] = at->second;
      grouping.units[static_cast<std::size_t>(at->second)].nodes.push_back(id);
    }
    return grouping;
  }

  Unit::Kind unit_kind(std::uint32_t id) const {
    if (absorbed(id)) return Unit::Kind::contraction;
    if (kind_[id] == Kind::view) return Unit::Kind::view;
    return kind_[id] == Kind::loops ? Unit::Kind::loops : Unit::Kind::opaque;
  }

  const Graph& graph_;
  const Backend& backend_;
  const BackendOptions& options_;
  std::size_t count_;
  std::vector<Kind> kind_;
  std::vector<Ids> readers_;
  std::vector<bool> escapes_;        // is an output or an update
  std::vector<std::uint32_t> root_;  // the contraction whose unit a node belongs to
  std::vector<int> stage_;
  std::vector<bool> generated_;  // made of constants and positions alone
};
}  // namespace

Grouping group(const Graph& graph, const Backend& backend, const BackendOptions& options) {
  if (!backend.whole_as_loops(graph)) return Grouper(graph, backend, options).run();
  Grouping grouping{{}, std::vector<int>(graph.nodes().size(), Grouping::kNowhere)};
  Unit whole{Unit::Kind::loops, {}};
  for (std::uint32_t id = 0; id < graph.nodes().size(); ++id) {
    if (is_leaf(graph.nodes()[id])) continue;
    grouping.unit_of[id] = 0;
    whole.nodes.push_back(id);
  }
  if (!whole.nodes.empty()) grouping.units.push_back(std::move(whole));
  return grouping;
}

}  // namespace tenon
