#include "pass/scans.h"

#include <map>

#include "ir/inline.h"
#include "pass/cse.h"
#include "pass/rewrite.h"

namespace tenon {

namespace {
// Two bodies as one graph that computes once what they have in common: the outputs of the first, then those
// of the second.
Graph joined(const Graph& first, const Graph& second) {
  Graph both(first.name());
  std::vector<Value> inputs;
  for (const std::uint32_t id : first.inputs())
    inputs.push_back(both.input(name_of(first.nodes()[id]), first.nodes()[id].results[0]));
  for (const Graph* body : {&first, &second}) {
    const std::vector<Value> results = inline_graph(both, *body, inputs);
    for (std::size_t i = 0; i < results.size(); ++i) both.output(body->outputs()[i].name, results[i]);
  }
  return merge_common(unite_scans(merge_common(both)));
}

Graph with_outputs(const Graph& graph, const std::vector<NamedRef>& outputs) {
  Graph result(graph.name());
  for (const Node& node : graph.nodes()) result.append(node);
  for (const NamedRef& output : outputs) result.output(output.name, result.value(output.ref));
  return result;
}

// A scan that stands for several.
struct United {
  std::uint32_t first;  // the node in whose place it stands
  std::shared_ptr<const Graph> body;
};

// For each scan of the program the one that stands for it, and which of that one's results are its own.
class Unions {
 public:
  explicit Unions(const Graph& graph) {
    for (std::uint32_t id = 0; id < graph.nodes().size(); ++id)
      if (graph.nodes()[id].op == Op::scan) add(graph, id);
  }

  const United& of(std::uint32_t scan) const { return united_[member_.at(scan).united]; }
  const std::vector<std::size_t>& results_of(std::uint32_t scan) const { return member_.at(scan).results; }

 private:
  struct Member {
    std::size_t united;
    std::vector<std::size_t> results;
  };

  void add(const Graph& graph, std::uint32_t id) {
    const Node& node = graph.nodes()[id];
    for (std::size_t i = 0; i < united_.size(); ++i) {
      const Node& other = graph.nodes()[united_[i].first];
      if (other.inputs == node.inputs && other.attrs == node.attrs && join(i, id, node)) return;
    }
    std::vector<std::size_t> results(node.results.size());
    for (std::size_t i = 0; i < results.size(); ++i) results[i] = i;
    member_[id] = {united_.size(), std::move(results)};
    united_.push_back({id, node.bodies[0]});
  }

  // False where the two do not carry the same.
  bool join(std::size_t united, std::uint32_t id, const Node& node) {
    const Graph both = joined(*united_[united].body, *node.bodies[0]);
    const auto carried = static_cast<std::size_t>(node.attrs.integer("carried"));
    const std::size_t known = united_[united].body->outputs().size();
    std::vector<NamedRef> outputs(both.outputs().begin(),
                                  both.outputs().begin() + static_cast<std::ptrdiff_t>(known));
    std::vector<std::size_t> results;
    for (std::size_t i = 0; i < node.results.size(); ++i) {
      const NamedRef& output = both.outputs()[known + i];
      if (i < carried && output.ref != outputs[i].ref) return false;
      results.push_back(i < carried ? i : place_of(output, carried, outputs));
    }
    united_[united].body = std::make_shared<const Graph>(with_outputs(both, outputs));
    member_[id] = {united, std::move(results)};
    return true;
  }

  // Among the stacked outputs, of which one may be the same already.
  static std::size_t place_of(const NamedRef& output, std::size_t carried, std::vector<NamedRef>& outputs) {
    for (std::size_t i = carried; i < outputs.size(); ++i)
      if (outputs[i].ref == output.ref) return i;
    outputs.push_back(output);
    return outputs.size() - 1;
  }

  std::vector<United> united_;
  std::map<std::uint32_t, Member> member_;
};
}  // namespace

Graph unite_scans(const Graph& graph) {
  const Unions unions(graph);
  std::map<std::uint32_t, std::vector<Value>> written;  // results of what stands in a node's place
  std::uint32_t next = 0;
  return Rewrite::apply(graph,
                        [&](Rewrite& rewrite, const Node& node,
                            std::span<const Value> inputs) -> std::optional<std::vector<Value>> {
                          const std::uint32_t id = next++;
                          if (node.op != Op::scan) return std::nullopt;
                          const United& united = unions.of(id);
                          if (united.first == id)
                            written[id] = rewrite.to().emit(node.op, inputs, node.attrs, {united.body});
                          std::vector<Value> results;
                          for (const std::size_t i : unions.results_of(id))
                            results.push_back(written.at(united.first)[i]);
                          return results;
                        });
}

}  // namespace tenon
