#include "recipe/build.h"
#include "recipe/interface.h"

namespace tenon::recipe {

namespace {
std::int64_t multiply_adds(const Graph& graph, const Node& node) {
  const Type& weight = graph.type(node.inputs[1]);
  if (node.op == Op::linear) return node.results[0].size() * weight.dims[0].constant();
  return node.results[0].size() * (weight.size() / weight.dims[0].constant());  // conv: [out, in, kernel…]
}

// Two a multiply-add, and one for each element that another op computes.
std::int64_t flops_of(const Graph& graph, const Node& node) {
  const Type& result = node.results[0];
  if (!result.concrete()) return 0;
  switch (node.op) {
    case Op::linear:
    case Op::conv:
      return 2 * multiply_adds(graph, node);
    case Op::input:
    case Op::state:
    case Op::constant:
    case Op::reshape:
      return 0;
    default:
      return result.size();
  }
}

std::int64_t parameters_from(const nn::Context& context, std::size_t first) {
  std::int64_t parameters = 0;
  for (std::size_t i = first; i < context.slots().size(); ++i)
    if (context.slots()[i].trained) parameters += context.slots()[i].type.size();
  return parameters;
}
}  // namespace

std::vector<LayerRow> model_table(const Recipe& recipe, const Dataset& data) {
  Type item = Type::of(data.column("x"));
  item.dims.at(0) = 1;
  Graph graph;
  nn::Context context(graph);
  Value x = graph.input("x", item);
  std::vector<LayerRow> rows;
  const auto add = [&](const std::string& layer, const auto& write) {
    const std::size_t node = graph.nodes().size();
    const std::size_t slot = context.slots().size();
    x = write();
    LayerRow row{layer, x.type(), parameters_from(context, slot), 0};
    for (std::size_t i = node; i < graph.nodes().size(); ++i) row.flops += flops_of(graph, graph.nodes()[i]);
    rows.push_back(std::move(row));
  };
  add("(preparation)", [&] { return preparation_of(recipe.data)(context, x); });
  const std::vector<NamedLayer> layers = layers_of(recipe.model);
  for (std::size_t i = 0; i < layers.size(); ++i)
    add(layers[i].text, [&] { return context.call(cat("layers.", i), layers[i].module, x); });
  return rows;
}

}  // namespace tenon::recipe
