#include "pass/fuse.h"

#include <algorithm>
#include <map>
#include <queue>

#include "pass/grouping.h"
#include "tenon/op.h"

namespace tenon {

namespace {
// Units in an order in which each stands after what it reads; where there is a choice, in program order.
std::vector<int> order_of(const Graph& graph, const Grouping& grouping,
                          const std::vector<std::vector<int>>& reads) {
  const std::size_t count = grouping.units.size();
  std::vector<std::vector<int>> readers(count);
  std::vector<int> waiting(count, 0);
  for (std::size_t unit = 0; unit < count; ++unit)
    for (const int read : reads[unit]) {
      readers[static_cast<std::size_t>(read)].push_back(static_cast<int>(unit));
      ++waiting[unit];
    }
  const auto later = [&](int a, int b) {
    return grouping.units[static_cast<std::size_t>(a)].nodes.back() >
           grouping.units[static_cast<std::size_t>(b)].nodes.back();
  };
  std::priority_queue<int, std::vector<int>, decltype(later)> ready(later);
  for (std::size_t unit = 0; unit < count; ++unit)
    if (!waiting[unit]) ready.push(static_cast<int>(unit));
  std::vector<int> order;
  while (!ready.empty()) {
    const int unit = ready.top();
    ready.pop();
    order.push_back(unit);
    for (const int reader : readers[static_cast<std::size_t>(unit)])
      if (--waiting[static_cast<std::size_t>(reader)] == 0) ready.push(reader);
  }
  if (order.size() != count) throw std::logic_error(cat("fuse made a cycle in '", graph.name(), "'"));
  return order;
}

class Fuser {
 public:
  Fuser(const Graph& typed, const Backend& backend, const BackendOptions& options)
      : from_(typed), grouping_(group(typed, backend, options)), to_(typed.name()) {}

  Graph run() {
    find_exports();
    copy_leaves();
    for (const int unit : order_of(from_, grouping_, reads_of_units()))
      emit(grouping_.units[static_cast<std::size_t>(unit)]);
    for (const NamedRef& output : from_.outputs()) to_.output(output.name, to_.value(map_.at(output.ref)));
    for (const NamedRef& update : from_.updates()) to_.update(update.name, to_.value(map_.at(update.ref)));
    return ask_in_place();
  }

 private:
  const Node& node(std::uint32_t id) const { return from_.nodes()[id]; }
  int unit_of(Ref ref) const { return grouping_.unit_of[ref.node]; }

  // Single elements are worth no load: they are written into the body. Other leaves are read.
  bool is_cloned(Ref ref) const {
    if (unit_of(ref) != Grouping::kNowhere) return false;
    const Node& source = node(ref.node);
    if (source.op == Op::constant) return source.results[0].size() == 1;
    return source.op != Op::input && source.op != Op::state;
  }

  // Calls visit with every value from outside that a unit reads, those that its cheap inputs read included.
  template <class Visit>
  void for_each_read(int unit, std::uint32_t id, const Visit& visit) const {
    for (const Ref input : node(id).inputs) {
      if (is_cloned(input))
        for_each_read(unit, input.node, visit);
      else if (unit_of(input) != unit || unit == Grouping::kNowhere)
        visit(input);
    }
  }

  std::vector<std::vector<int>> reads_of_units() const {
    std::vector<std::vector<int>> reads(grouping_.units.size());
    for (std::size_t unit = 0; unit < reads.size(); ++unit) {
      for (const std::uint32_t id : grouping_.units[unit].nodes)
        for_each_read(static_cast<int>(unit), id, [&](Ref ref) {
          const int other = unit_of(ref);
          if (other != Grouping::kNowhere && other != static_cast<int>(unit)) reads[unit].push_back(other);
        });
      std::sort(reads[unit].begin(), reads[unit].end());
      reads[unit].erase(std::unique(reads[unit].begin(), reads[unit].end()), reads[unit].end());
    }
    return reads;
  }

  // What leaves its unit: read by another unit, an output or an update.
  void find_exports() {
    for (std::uint32_t id = 0; id < from_.nodes().size(); ++id) {
      const int unit = grouping_.unit_of[id];
      if (unit == Grouping::kNowhere) continue;
      for_each_read(unit, id, [&](Ref ref) {
        if (unit_of(ref) != unit) exported_[ref] = true;
      });
    }
    for (const NamedRef& output : from_.outputs()) exported_[output.ref] = true;
    for (const NamedRef& update : from_.updates()) exported_[update.ref] = true;
  }

  void copy_leaves() {
    for (std::uint32_t id = 0; id < from_.nodes().size(); ++id) {
      const Op op = node(id).op;
      if (op == Op::input || op == Op::state || op == Op::constant) map_[{id}] = {to_.append(node(id))};
    }
  }

  void emit(const Unit& unit) {
    if (stands_alone(unit))
      emit_alone(unit.nodes[0]);
    else
      emit_fused(unit);
  }

  // A single node that takes nothing along.
  bool stands_alone(const Unit& unit) const {
    if (unit.nodes.size() != 1 || unit.kind == Unit::Kind::loops) return false;
    const auto& inputs = node(unit.nodes[0]).inputs;
    return unit.kind != Unit::Kind::contraction ||
           std::none_of(inputs.begin(), inputs.end(), [&](Ref input) { return is_cloned(input); });
  }

  void emit_alone(std::uint32_t id) {
    Node moved = node(id);
    for (Ref& input : moved.inputs) input = map_.at(input);
    const std::uint32_t made = to_.append(std::move(moved));
    for (std::uint32_t i = 0; i < node(id).results.size(); ++i) map_[{id, i}] = {made, i};
  }

  struct Body {
    Graph graph{"body"};
    std::map<Ref, Ref> map;
    std::vector<Ref> inputs;  // in the outer graph
  };

  Ref bring(Body& body, int unit, Ref ref) {
    if (const auto found = body.map.find(ref); found != body.map.end()) return found->second;
    const Node& source = node(ref.node);
    if (unit_of(ref) == unit || is_cloned(ref)) return clone(body, unit, ref);
    const Value input = body.graph.input(cat("i", body.inputs.size()), source.results[ref.result]);
    body.inputs.push_back(map_.at(ref));
    return body.map[ref] = input.ref();
  }

  Ref clone(Body& body, int unit, Ref ref) {
    Node moved = node(ref.node);
    for (Ref& input : moved.inputs) input = bring(body, unit, input);
    const std::uint32_t made = body.graph.append(std::move(moved));
    for (std::uint32_t i = 0; i < node(ref.node).results.size(); ++i) body.map[{ref.node, i}] = {made, i};
    return body.map.at(ref);
  }

  void emit_fused(const Unit& unit) {
    Body body;
    const int number = grouping_.unit_of[unit.nodes[0]];
    Node fused{Op::fused, {}, {}, {}, {}, node(unit.nodes.back()).label};
    std::vector<Ref> leaving;
    for (const std::uint32_t id : unit.nodes)
      for (std::uint32_t i = 0; i < node(id).results.size(); ++i) {
        const Ref inside = bring(body, number, {id, i});
        if (!exported_.contains({id, i})) continue;
        body.graph.output(cat("o", leaving.size()), body.graph.value(inside));
        fused.results.push_back(node(id).results[i]);
        leaving.push_back({id, i});
      }
    fused.inputs = body.inputs;
    fused.attrs.set("kind",
                    std::string(unit.kind == Unit::Kind::contraction ? kFusedContraction : kFusedLoops));
    fused.attrs.set("in_place", Ints{});
    fused.bodies.push_back(std::make_shared<const Graph>(std::move(body.graph)));
    const std::uint32_t made = to_.append(std::move(fused));
    for (std::uint32_t i = 0; i < leaving.size(); ++i) map_[leaving[i]] = {made, i};
  }

  // The pairs (result, input) where a group computes a state's new value and is the last to read the old one.
  Graph ask_in_place() {
    std::map<std::uint32_t, Ints> asked;
    for (const NamedRef& update : to_.updates()) {
      const Ref slot = *to_.find_state(update.name);
      const Node& writer = to_.node(update.ref);
      if (writer.op != Op::fused || writer.attrs.text("kind") != kFusedLoops) continue;
      const auto input = std::find(writer.inputs.begin(), writer.inputs.end(), slot);
      if (input == writer.inputs.end() || last_reader(slot) != update.ref.node) continue;
      Ints& pairs = asked[update.ref.node];
      pairs.push_back(update.ref.result);
      pairs.push_back(input - writer.inputs.begin());
    }
    Graph result(to_.name());
    for (std::uint32_t id = 0; id < to_.nodes().size(); ++id) {
      Node moved = to_.nodes()[id];
      if (const auto found = asked.find(id); found != asked.end()) moved.attrs.set("in_place", found->second);
      result.append(std::move(moved));
    }
    for (const NamedRef& output : to_.outputs()) result.output(output.name, result.value(output.ref));
    for (const NamedRef& update : to_.updates()) result.update(update.name, result.value(update.ref));
    return result;
  }

  std::uint32_t last_reader(Ref ref) const {
    std::uint32_t last = 0;
    for (std::uint32_t id = 0; id < to_.nodes().size(); ++id)
      for (const Ref input : to_.nodes()[id].inputs)
        if (input == ref) last = id;
    return last;
  }

  const Graph& from_;
  Grouping grouping_;
  Graph to_;
  std::map<Ref, Ref> map_;
  std::map<Ref, bool> exported_;
};
}  // namespace

Graph fuse(const Graph& typed, const Backend& backend, const BackendOptions& options) {
  return Fuser(typed, backend, options).run();
}

}  // namespace tenon
