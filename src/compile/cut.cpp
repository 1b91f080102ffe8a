#include "compile/cut.h"

#include <algorithm>
#include <map>

namespace tenon {

namespace {
bool is_leaf(const Node& node) {
  return node.op == Op::input || node.op == Op::state || node.op == Op::constant;
}

bool is_control(const Node& node) {
  return node.op == Op::if_else || node.op == Op::loop || node.op == Op::scan;
}

// Which segment each node stands in. Level n has a plan, and after it the controls that read nothing later.
class Levels {
 public:
  explicit Levels(const Graph& graph)
      : graph_(graph),
        level_(graph.nodes().size(), 0),
        generated_(graph.nodes().size()),
        readers_(graph.nodes().size()) {
    for (std::uint32_t id = 0; id < level_.size(); ++id) put_first(id);
    for (const NamedRef& output : graph.outputs()) outputs_.push_back(output.ref);
    for (const NamedRef& update : graph.updates()) updates_.push_back(update.ref);
    for (std::uint32_t id = static_cast<std::uint32_t>(level_.size()); id-- > 0;) sink(id);
  }

  int of(std::uint32_t id) const { return level_[id]; }
  int last() const { return last_; }

  // Made of constants alone: every plan that reads it makes its own.
  bool is_generated(std::uint32_t id) const { return generated_[id]; }

  // Whether a value has to be kept from its segment to another one.
  bool crosses(Ref value) const {
    if (generated_[value.node])
      return any_reader(value, [&](std::uint32_t reader) { return is_control(node(reader)); });
    return any_reader(value, [&](std::uint32_t reader) { return reads_later(reader, level_[value.node]); }) ||
           (std::ranges::find(updates_, value) != updates_.end() && level_[value.node] < last_);
  }

 private:
  const Node& node(std::uint32_t id) const { return graph_.nodes()[id]; }

  // The first level at which all is there: results of a control are, one level after it, or for a control of
  // the same level that comes after it.
  void put_first(std::uint32_t id) {
    generated_[id] =
        !is_leaf(node(id)) && !is_control(node(id)) && std::ranges::all_of(node(id).inputs, [&](Ref input) {
          return node(input.node).op == Op::constant || generated_[input.node];
        });
    for (const Ref input : node(id).inputs) {
      const Node& source = node(input.node);
      if (is_leaf(source)) continue;
      readers_[input.node].push_back(id);
      const int ready = level_[input.node] + (is_control(source) && !is_control(node(id)) ? 1 : 0);
      level_[id] = std::max(level_[id], ready);
    }
    if (is_control(node(id))) last_ = std::max(last_, level_[id] + 1);
  }

  template <class Condition>
  bool any_reader(Ref value, const Condition& condition) const {
    return std::ranges::any_of(readers_[value.node], [&](std::uint32_t reader) {
      const auto& inputs = node(reader).inputs;
      return std::ranges::find(inputs, value) != inputs.end() && condition(reader);
    });
  }
  bool reads_later(std::uint32_t reader, int level) const {
    return level_[reader] > level || is_control(node(reader));
  }

  // Readers are in their place by now, as they come later in the program.
  void sink(std::uint32_t id) {
    if (is_leaf(node(id)) || is_control(node(id)) || is_any(outputs_, id)) return;
    const int target = first_reader(id);
    if (target > level_[id] && bytes_saved(id, target) >= bytes_spent(id)) level_[id] = target;
  }

  static bool is_any(const std::vector<Ref>& refs, std::uint32_t id) {
    return std::ranges::any_of(refs, [&](Ref ref) { return ref.node == id; });
  }

  int first_reader(std::uint32_t id) const {
    int first = last_;
    for (const std::uint32_t reader : readers_[id]) first = std::min(first, level_[reader]);
    return first;
  }

  // Of results that would no longer cross.
  std::size_t bytes_saved(std::uint32_t id, int target) const {
    std::size_t bytes = 0;
    for (std::uint32_t i = 0; i < node(id).results.size(); ++i) {
      const auto reads_beyond = [&](std::uint32_t reader) { return reads_later(reader, target); };
      if (!any_reader({id, i}, reads_beyond)) bytes += node(id).results[i].bytes();
    }
    return bytes;
  }

  // Of what it reads and would have to cross for it.
  std::size_t bytes_spent(std::uint32_t id) const {
    std::vector<Ref> inputs = node(id).inputs;
    std::ranges::sort(inputs);
    inputs.erase(std::ranges::unique(inputs).begin(), inputs.end());
    std::size_t bytes = 0;
    for (const Ref input : inputs) {
      const Node& source = node(input.node);
      if (is_leaf(source) || generated_[input.node] || is_control(source) ||
          std::ranges::find(outputs_, input) != outputs_.end() || crosses(input))
        continue;
      bytes += graph_.type(input).bytes();
    }
    return bytes;
  }

  const Graph& graph_;
  std::vector<int> level_;
  std::vector<bool> generated_;  // of constants alone
  std::vector<std::vector<std::uint32_t>> readers_;
  std::vector<Ref> outputs_;
  std::vector<Ref> updates_;
  int last_ = 0;
};

// The plan of one level, written node by node.
class PlanSegment {
 public:
  PlanSegment(const Graph& from, const Levels& levels, int level)
      : from_(from), levels_(levels), to_(cat(from.name(), "_", level)) {}

  void add(std::uint32_t id) {
    Node moved = from_.nodes()[id];
    for (Ref& input : moved.inputs) input = bring(input);
    const std::uint32_t made = to_.append(std::move(moved));
    for (std::uint32_t i = 0; i < from_.nodes()[id].results.size(); ++i) map_[{id, i}] = {made, i};
  }

  void write(const Traffic::Written& written) {
    to_.output(written.output ? from_.outputs()[*written.output].name : name_of_value(written.value),
               to_.value(bring(written.value)));
    traffic_.writes.push_back(written);
  }

  void update(const NamedRef& update) {
    bring(*from_.find_state(update.name));
    to_.update(update.name, to_.value(bring(update.ref)));
  }

  bool empty() const { return to_.nodes().empty(); }
  Segment take() { return {std::move(to_), Segment::kNone, std::move(traffic_)}; }

 private:
  static std::string name_of_value(Ref ref) {
    return ref.result == 0 ? cat("v", ref.node) : cat("v", ref.node, "_", ref.result);
  }

  Ref bring(Ref ref) {
    if (const auto found = map_.find(ref); found != map_.end()) return found->second;
    if (!levels_.is_generated(ref.node)) return map_[ref] = read(ref).ref();
    add(ref.node);
    return map_.at(ref);
  }

  Value read(Ref ref) {
    const Node& source = from_.node(ref);
    if (source.op == Op::constant) return to_.constant(source.attrs.tensor("value"));
    if (source.op == Op::state) return to_.state(name_of(source), source.results[0]);
    traffic_.reads.push_back(ref);
    return to_.input(source.op == Op::input ? name_of(source) : name_of_value(ref), from_.type(ref));
  }

  const Graph& from_;
  const Levels& levels_;
  Graph to_;
  Traffic traffic_;
  std::map<Ref, Ref> map_;
};

class Cutter {
 public:
  explicit Cutter(const Graph& graph) : graph_(graph), levels_(graph) {}

  std::vector<Segment> run() {
    for (int level = 0; level <= levels_.last(); ++level) {
      add_plan(level);
      for_each_node(level, [&](std::uint32_t id, const Node& node) {
        if (is_control(node)) add_control(id);
      });
    }
    return std::move(segments_);
  }

 private:
  template <class Visit>
  void for_each_node(int level, const Visit& visit) const {
    for (std::uint32_t id = 0; id < graph_.nodes().size(); ++id)
      if (levels_.of(id) == level && !is_leaf(graph_.nodes()[id])) visit(id, graph_.nodes()[id]);
  }

  void add_plan(int level) {
    PlanSegment plan(graph_, levels_, level);
    for_each_node(level, [&](std::uint32_t id, const Node& node) {
      if (!is_control(node)) plan.add(id);
    });
    for_each_node(level, [&](std::uint32_t id, const Node& node) {
      for (std::uint32_t i = 0; i < node.results.size() && !is_control(node); ++i) hand_on(plan, {id, i});
    });
    if (level == levels_.last()) finish(plan);
    if (!plan.empty()) segments_.push_back(plan.take());
  }

  void hand_on(PlanSegment& plan, Ref value) const {
    const auto output = first_output(value);
    if (output || levels_.crosses(value)) plan.write({value, output});
  }

  // What no segment could write where it is wanted: outputs that are inputs, states or constants, or that
  // another output is already; and the new values of states.
  void finish(PlanSegment& plan) const {
    for (std::size_t i = 0; i < graph_.outputs().size(); ++i) {
      const Ref value = graph_.outputs()[i].ref;
      if (is_leaf(graph_.node(value)) || first_output(value) != i) plan.write({value, i});
    }
    for (const NamedRef& update : graph_.updates()) plan.update(update);
  }

  void add_control(std::uint32_t id) {
    const Node& node = graph_.nodes()[id];
    Segment segment{Graph(describe(node)), id, {node.inputs, {}}};
    for (std::uint32_t i = 0; i < node.results.size(); ++i)
      segment.traffic.writes.push_back({{id, i}, first_output({id, i})});
    segments_.push_back(std::move(segment));
  }

  std::optional<std::size_t> first_output(Ref value) const {
    const auto found = std::ranges::find(graph_.outputs(), value, &NamedRef::ref);
    if (found == graph_.outputs().end()) return std::nullopt;
    return static_cast<std::size_t>(found - graph_.outputs().begin());
  }

  const Graph& graph_;
  Levels levels_;
  std::vector<Segment> segments_;
};
}  // namespace

bool has_bodies(const Graph& typed) { return std::ranges::any_of(typed.nodes(), is_control); }

std::vector<Segment> cut(const Graph& typed) { return Cutter(typed).run(); }

}  // namespace tenon
