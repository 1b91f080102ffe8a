#include "pass/prepare.h"

#include <algorithm>
#include <map>
#include <set>

#include "pass/rewrite.h"
#include "tenon/op.h"

namespace tenon {

namespace {
class Splitter {
 public:
  explicit Splitter(const Graph& graph)
      : graph_(graph),
        count_(graph.nodes().size()),
        fixed_(fixed_nodes(graph)),
        weights_(count_),
        needed_(count_) {}

  PreparedProgram run() {
    find_weights();
    find_needed();
    std::vector<NamedRef> values;
    for (const auto& [ref, name] : kept_) values.push_back({name, ref});
    return {preparation_of(graph_, values), main_program()};
  }

 private:
  const Node& node(std::uint32_t id) const { return graph_.nodes()[id]; }

  // The weights that each fixed value is made of.
  void find_weights() {
    for (std::uint32_t id = 0; id < count_; ++id) {
      if (!fixed_[id]) continue;
      if (node(id).op == Op::state) weights_[id] = {id};
      for (const Ref input : node(id).inputs)
        weights_[id].insert(weights_[input.node].begin(), weights_[input.node].end());
    }
  }

  // Filters that are filled up to a whole block are no reason.
  bool grows(std::uint32_t id) const {
    std::size_t read = 0, written = 0;
    for (const std::uint32_t weight : weights_[id]) read += node(weight).results[0].bytes();
    for (const Type& result : node(id).results) written += result.bytes();
    return 2 * written > 3 * read;
  }

  // Computed before the first run, where something in `main` needs it.
  bool is_prepared(std::uint32_t id) const {
    const Op op = node(id).op;
    return fixed_[id] && !weights_[id].empty() && op != Op::state && op != Op::broadcast_to &&
           op != Op::reshape && !grows(id);
  }

  void need(Ref ref) {
    needed_[ref.node] = true;
    if (is_prepared(ref.node)) kept_.emplace(ref, std::string());
  }

  // What runs in `main`: from the end, all that depends on inputs and what it reads, up to what is prepared.
  void find_needed() {
    for (const NamedRef& output : graph_.outputs()) need(output.ref);
    for (const NamedRef& update : graph_.updates()) need(update.ref);
    for (std::uint32_t id = static_cast<std::uint32_t>(count_); id-- > 0;) {
      const bool runs = !fixed_[id] || (needed_[id] && !is_prepared(id));
      if (!runs) continue;
      needed_[id] = true;
      for (const Ref input : node(id).inputs) need(input);
    }
    for (auto& [ref, name] : kept_) name = name_of_prepared(graph_, ref);
  }

  Graph main_program() const {
    std::uint32_t id = 0;
    return Rewrite::apply(
        graph_,
        [&](Rewrite& rewrite, const Node&, std::span<const Value>) -> std::optional<std::vector<Value>> {
          const std::uint32_t at = id++;
          if (!needed_[at]) return std::vector<Value>{};
          if (!is_prepared(at)) return std::nullopt;
          std::vector<Value> results(node(at).results.size());
          for (std::uint32_t i = 0; i < results.size(); ++i)
            if (const auto kept = kept_.find({at, i}); kept != kept_.end())
              results[i] = rewrite.to().state(kept->second, node(at).results[i]);
          return results;
        });
  }

  const Graph& graph_;
  std::size_t count_;
  std::vector<bool> fixed_;
  std::vector<std::set<std::uint32_t>> weights_;
  std::vector<bool> needed_;
  std::map<Ref, std::string> kept_;
};
}  // namespace

PreparedProgram prepare_weights(const Graph& typed) { return Splitter(typed).run(); }

}  // namespace tenon
