#include "compile/compile.h"

#include "compile/cut.h"
#include "pass/cse.h"
#include "pass/dead.h"
#include "pass/decompose.h"
#include "pass/empty.h"
#include "pass/forward_convs.h"
#include "pass/fuse.h"
#include "pass/layout.h"
#include "pass/pools.h"
#include "pass/scans.h"
#include "pass/simplify.h"
#include "pass/specialise.h"
#include "pass/unpool.h"

namespace tenon {

namespace {
// Applies passes one after another to one program.
class Pipeline {
 public:
  Pipeline(Graph graph, const CompileOptions& options) : graph_(std::move(graph)), options_(options) {}

  template <class Pass>
  void apply(std::string_view name, const Pass& pass) {
    graph_ = pass(graph_);
    if (options_.trace) options_.trace(name, graph_);
  }
  template <class Pass>
  void apply_optional(std::string_view name, const Pass& pass) {
    if (!options_.disabled.contains(std::string(name))) apply(name, pass);
  }
  Graph take() { return std::move(graph_); }

 private:
  Graph graph_;
  const CompileOptions& options_;
};

// From a source program to a typed one that the backend runs node by node, or group by group.
Graph prepare(const Graph& source, const std::map<std::string, Type>& inputs, Backend& backend,
              const CompileOptions& options) {
  const auto runs_whole = [&](const Graph& graph, const Node& node) {
    return backend.role(graph, node) != Role::declined;
  };

  Pipeline program(source.clone(), options);
  program.apply("specialise", [&](const Graph& graph) { return specialise(graph, inputs); });
  program.apply("decompose",
                [&](const Graph& graph) { return specialise(decompose(graph, runs_whole), {}); });
  program.apply("fold-empty", fold_empty);
  program.apply_optional("simplify", simplify);
  program.apply_optional("lift-unpools", lift_unpools);
  program.apply_optional("forward-convolutions", [&](const Graph& graph) {
    return forward_convolutions(
        graph, [&](const Graph& in, const Node& node) { return backend.prefers_forward(in, node); });
  });
  program.apply_optional("block-images", [&](const Graph& graph) {
    return block_images(graph,
                        [&](const Graph& in, const Node& node) { return backend.channel_block(in, node); });
  });
  program.apply_optional("tile-pools", [&](const Graph& graph) {
    return tile_pools(graph,
                      [&](const Graph& in, const Node& node) { return backend.tiles_pools(in, node); });
  });
  program.apply_optional("merge-common", merge_common);
  program.apply_optional("unite-scans", unite_scans);
  program.apply_optional("remove-dead", remove_dead);
  return program.take();
}

Plan make_plan(Graph typed, Backend& backend, const CompileOptions& options) {
  Pipeline program(std::move(typed), options);
  program.apply("fuse", [&](const Graph& graph) { return fuse(graph, backend); });
  auto lowered = std::make_shared<const Graph>(program.take());
  auto steps = backend.compile(*lowered, options.backend);
  return tenon::make_plan(std::move(lowered), std::move(steps));
}

Control make_control(const Graph& typed, std::uint32_t id, Backend& backend, const CompileOptions& options) {
  std::vector<Executable> bodies;
  for (const auto& body : typed.nodes()[id].bodies) bodies.push_back(compile(*body, {}, backend, options));
  return tenon::make_control(typed, id, std::move(bodies));
}
}  // namespace

Executable compile(const Graph& source, const std::map<std::string, Type>& inputs, Backend& backend,
                   const CompileOptions& options) {
  Graph typed = prepare(source, inputs, backend, options);
  if (!has_bodies(typed)) return make_executable(make_plan(std::move(typed), backend, options));
  std::vector<Part> parts;
  for (Segment& segment : cut(typed)) {
    Work work = segment.control == Segment::kNone
                    ? Work(make_plan(std::move(segment.program), backend, options))
                    : Work(make_control(typed, segment.control, backend, options));
    parts.push_back({std::move(work), std::move(segment.traffic)});
  }
  return make_executable(typed, std::move(parts));
}

}  // namespace tenon
