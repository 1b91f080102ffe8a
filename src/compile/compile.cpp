#include "compile/compile.h"

#include <algorithm>
#include <array>
#include <cassert>

#include "compile/cut.h"
#include "pass/cancel_transposes.h"
#include "pass/chunk.h"
#include "pass/cse.h"
#include "pass/dead.h"
#include "pass/decompose.h"
#include "pass/empty.h"
#include "pass/explain.h"
#include "pass/fill_channels.h"
#include "pass/fold_constants.h"
#include "pass/fold_pads.h"
#include "pass/fold_scales.h"
#include "pass/forward_convs.h"
#include "pass/fuse.h"
#include "pass/layout.h"
#include "pass/lower_precision.h"
#include "pass/multiply_bytes.h"
#include "pass/pack.h"
#include "pass/pieces.h"
#include "pass/pools.h"
#include "pass/prepare.h"
#include "pass/recognise_activations.h"
#include "pass/recognise_attention.h"
#include "pass/recognise_norms.h"
#include "pass/recognise_softmax.h"
#include "pass/rewrite.h"
#include "pass/scans.h"
#include "pass/simplify.h"
#include "pass/single_turns.h"
#include "pass/specialise.h"
#include "pass/straighten.h"
#include "pass/unite_products.h"
#include "pass/unpool.h"

namespace tenon {

namespace {
constexpr auto kOptionalPasses = std::to_array<std::string_view>({"inline-single-turns",
                                                                  "fold-constants",
                                                                  "recognise-activations",
                                                                  "recognise-norms",
                                                                  "recognise-softmax",
                                                                  "recognise-attention",
                                                                  "simplify",
                                                                  "cancel-transposes",
                                                                  "fold-pads",
                                                                  "multiply-bytes",
                                                                  "fold-scales",
                                                                  "straighten-weights",
                                                                  "unite-products",
                                                                  "lift-unpools",
                                                                  "forward-convolutions",
                                                                  "lower-precision",
                                                                  "fill-channels",
                                                                  "block-images",
                                                                  "tile-pools",
                                                                  "merge-common",
                                                                  "unite-scans",
                                                                  "remove-dead",
                                                                  "chunk-batches",
                                                                  "pack"});

// Of weights, and of what is made of them: so much is in memory at once beside what stays there.
constexpr std::size_t kPieceBytes = 16 << 20;

// Applies passes one after another to one program.
class Pipeline {
 public:
  Pipeline(Graph graph, const CompileOptions& options) : graph_(std::move(graph)), options_(options) {}

  template <class Pass>
  void apply(std::string_view name, const Pass& pass) {
    Graph after = pass(graph_);
    if (options_.explain)
      if (const std::string change = explain_change(name, graph_, after); !change.empty())
        options_.explain(change);
    graph_ = std::move(after);
  }
  template <class Pass>
  void apply_optional(std::string_view name, const Pass& pass) {
    assert(std::ranges::find(kOptionalPasses, name) != kOptionalPasses.end());
    if (!options_.disabled.contains(std::string(name))) apply(name, pass);
  }
  Graph take() { return std::move(graph_); }

 private:
  Graph graph_;
  const CompileOptions& options_;
};

using Types = std::map<std::string, Type>;

template <class Change>
Graph with_bodies(const Graph& graph, const Change& change) {
  using Results = std::optional<std::vector<Value>>;
  return Rewrite::apply(graph, [&](Rewrite& to, const Node& node, std::span<const Value> inputs) -> Results {
    if (node.bodies.empty()) return std::nullopt;
    std::vector<std::shared_ptr<const Graph>> bodies;
    for (const auto& body : node.bodies) bodies.push_back(std::make_shared<const Graph>(change(*body)));
    return to.to().emit(node.op, inputs, node.attrs, std::move(bodies));
  });
}

using Pass = std::function<Graph(const Graph&)>;

Pass with_types(Types inputs) {
  return [inputs = std::move(inputs)](const Graph& graph) { return specialise(graph, inputs); };
}

// From a source program to a typed one, by the first pass, that the backend runs node by node, or group by
// group; so are its bodies.
Graph to_typed(const Graph& source, const Pass& first, Backend& backend, const CompileOptions& options,
               bool weights_are_fixed) {
  const auto runs_whole = [&](const Graph& graph, const Node& node) {
    return backend.role(graph, node) != Role::declined;
  };
  const auto contracts = [&](const Graph& graph, const Node& node) {
    return backend.role(graph, node) == Role::contraction;
  };

  Pipeline program(source.clone(), options);
  program.apply("specialise", first);
  program.apply_optional("inline-single-turns", inline_single_turns);
  program.apply_optional("fold-constants", fold_constants);
  program.apply_optional("recognise-activations", recognise_activations);
  program.apply_optional("recognise-norms", recognise_norms);
  program.apply_optional("recognise-softmax", recognise_softmax);
  program.apply_optional("recognise-attention", recognise_attention);
  program.apply("decompose",
                [&](const Graph& graph) { return specialise(decompose(graph, runs_whole), {}); });
  program.apply("fold-empty", fold_empty);
  program.apply_optional("simplify", simplify);
  program.apply_optional("cancel-transposes", cancel_transposes);
  program.apply_optional("fold-pads", fold_pads);
  if (weights_are_fixed) {
    program.apply_optional("multiply-bytes", [&](const Graph& graph) {
      return specialise(multiply_bytes(graph, contracts), {});
    });
    program.apply_optional("fold-scales",
                           [&](const Graph& graph) { return specialise(fold_scales(graph, contracts), {}); });
    program.apply_optional("straighten-weights", straighten_weights);
    program.apply_optional("unite-products", [&](const Graph& graph) {
      return specialise(unite_products(graph, contracts), {});
    });
  }
  program.apply_optional("lift-unpools", lift_unpools);
  program.apply_optional("forward-convolutions", [&](const Graph& graph) {
    return forward_convolutions(
        graph, [&](const Graph& in, const Node& node) { return backend.prefers_forward(in, node); });
  });
  if (options.lowers)
    program.apply_optional("lower-precision",
                           [&](const Graph& graph) { return lower_precision(graph, options.lowers); });
  const auto block_of = [&](const Graph& graph, const Node& node) {
    return backend.channel_block(graph, node);
  };
  if (weights_are_fixed)
    program.apply_optional("fill-channels",
                           [&](const Graph& graph) { return fill_channels(graph, block_of); });
  program.apply_optional("block-images", [&](const Graph& graph) { return block_images(graph, block_of); });
  program.apply_optional("tile-pools", [&](const Graph& graph) {
    return tile_pools(graph,
                      [&](const Graph& in, const Node& node) { return backend.tiles_pools(in, node); });
  });
  program.apply_optional("merge-common", merge_common);
  program.apply_optional("unite-scans", unite_scans);
  program.apply_optional("remove-dead", remove_dead);
  program.apply("bodies", [&](const Graph& graph) {
    return with_bodies(
        graph, [&](const Graph& body) { return to_typed(body, with_types({}), backend, options, false); });
  });
  program.apply_optional("chunk-batches", [&](const Graph& graph) {
    return chunk_batches(graph, {backend, backend.near_bytes(options.backend)});
  });
  return program.take();
}

// Where `preparation` is given, weights that the plan reads may be packed, and it computes them so.
Plan make_plan(Graph typed, Backend& backend, const CompileOptions& options, Graph* preparation) {
  Pipeline program(std::move(typed), options);
  if (options.own_pass) program.apply("own", options.own_pass);
  program.apply("fuse", [&](const Graph& graph) { return fuse(graph, backend, options.backend); });
  BackendOptions chosen = options.backend;
  if (options.tuner) chosen.choices = options.tuner->choices();
  if (preparation)
    program.apply_optional("pack", [&](const Graph& graph) {
      if (options.tuner) options.tuner->measure(graph, backend, options.backend);
      PreparedProgram packed = pack_weights(*preparation, graph, backend, chosen);
      *preparation = std::move(packed.prepare);
      return std::move(packed.main);
    });
  auto lowered = std::make_shared<const Graph>(program.take());
  auto steps = backend.compile(*lowered, chosen);
  return tenon::make_plan(std::move(lowered), std::move(steps));
}

Executable make_executable(Graph typed, Backend& backend, const CompileOptions& options, Graph* preparation);

Control make_control(const Graph& typed, std::uint32_t id, Backend& backend, const CompileOptions& options) {
  std::vector<Executable> bodies;
  for (const auto& body : typed.nodes()[id].bodies)
    bodies.push_back(make_executable(body->clone(), backend, options, nullptr));
  return tenon::make_control(typed, id, std::move(bodies));
}

Executable make_executable(Graph typed, Backend& backend, const CompileOptions& options, Graph* preparation) {
  if (!has_bodies(typed))
    return tenon::make_executable(make_plan(std::move(typed), backend, options, preparation));
  std::vector<Part> parts;
  for (Segment& segment : cut(typed)) {
    Work work = segment.control == Segment::kNone
                    ? Work(make_plan(std::move(segment.program), backend, options, preparation))
                    : Work(make_control(typed, segment.control, backend, options));
    parts.push_back({std::move(work), std::move(segment.traffic)});
  }
  return tenon::make_executable(typed, std::move(parts));
}

PreparedExecutable prepare(const Graph& typed, Backend& backend, const CompileOptions& options) {
  PreparedProgram program = prepare_weights(typed);
  Executable executable = make_executable(std::move(program.main), backend, options, &program.prepare);
  return {std::move(executable), std::move(program.prepare)};
}
}  // namespace

std::span<const std::string_view> optional_passes() { return kOptionalPasses; }

Executable compile(const Graph& source, const Types& inputs, Backend& backend,
                   const CompileOptions& options) {
  return make_executable(to_typed(source, with_types(inputs), backend, options, false), backend, options,
                         nullptr);
}

PreparedExecutable compile_prepared(const Graph& source, const Types& inputs, Backend& backend,
                                    const CompileOptions& options) {
  return prepare(to_typed(source, with_types(inputs), backend, options, true), backend, options);
}

PreparedStage compile_stage(const Graph& source, const Types& inputs,
                            const std::map<std::string, Tensor>& values, Backend& backend,
                            const CompileOptions& options) {
  Stage stage = first_stage(source, inputs, values);
  if (stage.now.outputs().empty()) return {std::nullopt, std::move(stage)};
  const Pass first = [&](const Graph&) { return std::move(stage.now); };
  return {prepare(to_typed(source, first, backend, options, true), backend, options), std::move(stage)};
}

std::vector<Preparation> compile_preparation(const Graph& prepare, std::span<const NamedRef> wanted,
                                             Backend& backend, const CompileOptions& options) {
  std::vector<Preparation> parts;
  for (std::vector<NamedRef>& values : pieces_of(prepare, wanted, kPieceBytes)) {
    Executable executable = compile(preparation_of(prepare, values), {}, backend, options);
    parts.push_back({std::move(executable), std::move(values)});
  }
  return parts;
}

}  // namespace tenon
