#include "pass/pack.h"

#include <algorithm>
#include <map>

#include "pass/rewrite.h"
#include "tenon/op.h"

namespace tenon {

namespace {
// A node alone as the body of a group.
Graph body_of(const Graph& graph, const Node& node) {
  if (node.op == Op::fused) return node.bodies[0]->clone();
  Graph body("body");
  Node moved = node;
  for (std::size_t i = 0; i < node.inputs.size(); ++i)
    moved.inputs[i] = body.input(cat("i", i), graph.type(node.inputs[i])).ref();
  body.output("o0", body.value({body.append(std::move(moved))}));
  return body;
}

using Packings = std::map<std::size_t, Packing>;  // by input

// The body with packed inputs as bytes, each unpacked where it was read.
Graph unpacking(const Graph& body, const Packings& packings) {
  std::size_t input = 0;
  return Rewrite::apply(
      body,
      [&](Rewrite& rewrite, const Node& node, std::span<const Value>) -> std::optional<std::vector<Value>> {
        if (node.op != Op::input) return std::nullopt;
        const auto packed = packings.find(input++);
        if (packed == packings.end()) return std::nullopt;
        const Type& type = node.results[0];
        const Value bytes = rewrite.to().input(name_of(node), {DType::u8, {packed->second.bytes}});
        return rewrite.to().emit(
            Op::relayout, {&bytes, 1},
            {{"layout", packed->second.layout}, {"dtype", type.dtype}, {"shape", type.shape()}});
      });
}

class Packer {
 public:
  Packer(const Graph& prepare, const Graph& main, const Backend& backend, const BackendOptions& options)
      : main_(main), source_(prepare.clone()), kept_(prepare.updates()) {
    for (const Node& node : main_.nodes()) decide(node, backend, options);
  }

  PreparedProgram run() {
    Graph main = Rewrite::apply(main_, [this, id = std::uint32_t{0}](Rewrite& rewrite, const Node& node,
                                                                     std::span<const Value> inputs) mutable {
      return visit(rewrite, id++, node, inputs);
    });
    return {preparation_of(source_, kept_), std::move(main)};
  }

 private:
  using Results = std::optional<std::vector<Value>>;

  void decide(const Node& node, const Backend& backend, const BackendOptions& options) {
    Packings packings;
    for (std::size_t i = 0; i < node.inputs.size(); ++i) {
      const Node& read = main_.node(node.inputs[i]);
      if (read.op != Op::state || is_updated(main_, read)) continue;
      if (auto packing = backend.packing(main_, node, i, options)) packings.emplace(i, *std::move(packing));
    }
    packings_.push_back(std::move(packings));
  }

  bool is_read_unpacked(std::uint32_t state) const {
    for (std::size_t id = 0; id < main_.nodes().size(); ++id)
      for (std::size_t i = 0; i < main_.nodes()[id].inputs.size(); ++i)
        if (main_.nodes()[id].inputs[i].node == state && !packings_[id].contains(i)) return true;
    const auto is_state = [&](const NamedRef& named) { return named.ref.node == state; };
    return std::ranges::any_of(main_.outputs(), is_state) || std::ranges::any_of(main_.updates(), is_state);
  }

  // The weight as `prepare` has it: what it computes for that state, or the state itself.
  Ref source_of(const Node& state) {
    const auto computed = std::ranges::find(source_.updates(), name_of(state), &NamedRef::name);
    if (computed != source_.updates().end()) return computed->ref;
    return source_.state(name_of(state), state.results[0]).ref();
  }

  Value packed_state(Graph& main, const Node& state, const Packing& packing) {
    const Value packed =
        source_.emit1(Op::relayout, {source_.value(source_of(state))},
                      {{"layout", packing.layout}, {"dtype", DType::u8}, {"shape", Ints{packing.bytes}}});
    const std::string name = name_of_prepared(source_, packed.ref());
    if (std::ranges::find(kept_, name, &NamedRef::name) == kept_.end()) kept_.push_back({name, packed.ref()});
    return main.state(name, packed.type());
  }

  Results visit(Rewrite& rewrite, std::uint32_t id, const Node& node, std::span<const Value> inputs) {
    if (node.op == Op::state && !is_updated(main_, node) && !is_read_unpacked(id))
      return std::vector<Value>{};
    const Packings& packings = packings_[id];
    if (packings.empty()) return std::nullopt;
    std::vector<Value> operands(inputs.begin(), inputs.end());
    for (const auto& [input, packing] : packings)
      operands[input] = packed_state(rewrite.to(), main_.node(node.inputs[input]), packing);
    const auto body = std::make_shared<const Graph>(unpacking(body_of(main_, node), packings));
    return rewrite.to().emit(Op::fused, operands,
                             {{"kind", std::string(kFusedContraction)}, {"in_place", Ints{}}}, {body});
  }

  const Graph& main_;
  Graph source_;                    // `prepare`, and the relayouts after it
  std::vector<Packings> packings_;  // of each node of `main`
  std::vector<NamedRef> kept_;      // of `source_`
};
}  // namespace

PreparedProgram pack_weights(const Graph& prepare, const Graph& main, const Backend& backend,
                             const BackendOptions& options) {
  return Packer(prepare, main, backend, options).run();
}

}  // namespace tenon
