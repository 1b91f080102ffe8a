#include "pass/unite_products.h"

#include <algorithm>
#include <array>
#include <map>

#include "pass/preparation.h"
#include "pass/rewrite.h"
#include "tenon/ops.h"

namespace tenon {

namespace {
constexpr std::int64_t kSmallProduct = 1 << 20;  // multiplications

// One product of several, and the node that its part of the whole stands for.
struct Member {
  std::uint32_t product;
  std::uint32_t last;       // the product, or the sum with its bias
  std::optional<Ref> bias;  // before it was broadcast
};
using Members = std::vector<Member>;

// The same program, in which all that is fixed stands before all that is not.
Graph with_fixed_first(const Graph& graph) {
  const std::vector<bool> fixed = fixed_nodes(graph);
  std::vector<std::uint32_t> moved_to(fixed.size());
  const auto moved = [&](Ref ref) { return Ref{moved_to[ref.node], ref.result}; };
  Graph result(graph.name());
  for (const bool wanted : {true, false})
    for (std::uint32_t id = 0; id < fixed.size(); ++id) {
      if (fixed[id] != wanted) continue;
      Node node = graph.nodes()[id];
      std::ranges::transform(node.inputs, node.inputs.begin(), moved);
      moved_to[id] = result.append(std::move(node));
    }
  for (const NamedRef& output : graph.outputs()) result.output(output.name, result.value(moved(output.ref)));
  for (const NamedRef& update : graph.updates()) result.update(update.name, result.value(moved(update.ref)));
  return result;
}

class Uniter {
 public:
  Uniter(const Graph& graph, const std::function<bool(const Graph&, const Node&)>& contracts)
      : graph_(graph), fixed_(fixed_nodes(graph)), readers_(graph.nodes().size()), escapes_(readers_.size()) {
    for (std::uint32_t id = 0; id < readers_.size(); ++id)
      for (const Ref input : node(id).inputs) readers_[input.node].push_back(id);
    for (const NamedRef& output : graph.outputs()) escapes_[output.ref.node] = true;
    for (const NamedRef& update : graph.updates()) escapes_[update.ref.node] = true;
    for (std::uint32_t id = 0; id < readers_.size(); ++id)
      if (is_candidate(node(id)) && contracts(graph, node(id))) add(id);
    std::erase_if(groups_, [](const Members& members) { return members.size() < 2; });
    for (std::size_t i = 0; i < groups_.size(); ++i)
      for (const Member& member : groups_[i]) group_of_[member.last] = i;
  }

  bool empty() const { return groups_.empty(); }

  std::optional<std::vector<Value>> visit(Rewrite& rewrite, std::uint32_t id) {
    const auto group = group_of_.find(id);
    if (group == group_of_.end()) return std::nullopt;
    const Members& members = groups_[group->second];
    auto [whole, is_new] = whole_.try_emplace(group->second);
    if (is_new) whole->second = written(rewrite, members);
    std::int64_t start = 0;
    for (const Member& member : members) {
      const std::int64_t end = start + columns(member);
      if (member.last == id) return {{slice(whole->second, {{whole->second.rank() - 1, start, end}})}};
      start = end;
    }
    return std::nullopt;
  }

 private:
  const Node& node(std::uint32_t id) const { return graph_.nodes()[id]; }
  std::int64_t columns(const Member& member) const { return node(member.last).results[0].shape().back(); }

  bool is_candidate(const Node& node) const {
    if (node.op != Op::matmul || graph_.type(node.inputs[1]).rank() != 2 || !fixed_[node.inputs[1].node])
      return false;
    const Shape left = graph_.type(node.inputs[0]).shape();
    const std::size_t depth = left.size() - (node.attrs.flag("transpose_a") ? 2 : 1);
    return !fixed_[node.inputs[0].node] && node.results[0].size() * left[depth] >= kSmallProduct;
  }

  std::optional<std::uint32_t> only_reader(std::uint32_t id) const {
    return !escapes_[id] && readers_[id].size() == 1 ? std::optional(readers_[id][0]) : std::nullopt;
  }

  // A vector along the columns, as a sum adds it to all rows.
  std::optional<Ref> bias_of(const Node& sum, std::uint32_t product) const {
    if (sum.op != Op::add) return std::nullopt;
    const Ref other = sum.inputs[sum.inputs[0].node == product ? 1 : 0];
    const Node& wide = graph_.node(other);
    if (wide.op != Op::broadcast_to || !fixed_[other.node]) return std::nullopt;
    const Type& narrow = graph_.type(wide.inputs[0]);
    const bool is_vector = narrow.rank() > 0 && narrow.dims.back() == sum.results[0].dims.back() &&
                           narrow.size() == narrow.dims.back().constant();
    return is_vector ? std::optional(wide.inputs[0]) : std::nullopt;
  }

  bool goes_on_into_movement(std::uint32_t id) const {
    return !escapes_[id] && std::ranges::all_of(readers_[id], [&](std::uint32_t reader) {
      const Op op = node(reader).op;
      return op == Op::reshape || op == Op::transpose || op == Op::slice || op == Op::matmul;
    });
  }

  std::optional<Member> member_of(std::uint32_t product) const {
    Member member{product, product, std::nullopt};
    if (const auto reader = only_reader(product)) {
      member.bias = bias_of(node(*reader), product);
      if (member.bias) member.last = *reader;
    }
    return goes_on_into_movement(member.last) ? std::optional(member) : std::nullopt;
  }

  bool fit(const Member& a, const Member& b) const {
    const Node &left = node(a.product), &right = node(b.product);
    return left.inputs[0] == right.inputs[0] && left.attrs == right.attrs &&
           left.results[0].dtype == right.results[0].dtype &&
           graph_.type(left.inputs[1]).dtype == graph_.type(right.inputs[1]).dtype &&
           a.bias.has_value() == b.bias.has_value();
  }

  void add(std::uint32_t product) {
    const auto member = member_of(product);
    if (!member) return;
    for (Members& group : groups_)
      if (fit(group.front(), *member)) return group.push_back(*member);
    groups_.push_back({*member});
  }

  Value written(Rewrite& rewrite, const Members& members) {
    const Node& first = node(members.front().product);
    std::vector<Value> weights, biases;
    for (const Member& member : members) {
      weights.push_back(rewrite[node(member.product).inputs[1]]);
      if (member.bias) biases.push_back(reshape(rewrite[*member.bias], Ints{columns(member)}));
    }
    const Value all = concat(weights, first.attrs.flag("transpose_b") ? 0 : 1);
    const Value product = rewrite.copy(first, std::array{rewrite[first.inputs[0]], all})[0];
    return biases.empty() ? product : product + concat(biases, 0);
  }

  const Graph& graph_;
  std::vector<bool> fixed_;
  std::vector<std::vector<std::uint32_t>> readers_;
  std::vector<bool> escapes_;  // is an output or an update
  std::vector<Members> groups_;
  std::map<std::uint32_t, std::size_t> group_of_;  // by the member's last node
  std::map<std::size_t, Value> whole_;
};
}  // namespace

Graph unite_products(const Graph& typed, const std::function<bool(const Graph&, const Node&)>& contracts) {
  const Graph ordered = with_fixed_first(typed);
  Uniter uniter(ordered, contracts);
  if (uniter.empty()) return typed.clone();
  std::uint32_t id = 0;
  return Rewrite::apply(ordered, [&](Rewrite& rewrite, const Node&, std::span<const Value>) {
    return uniter.visit(rewrite, id++);
  });
}

}  // namespace tenon
