#include "onnx/bodies.h"

#include <algorithm>

namespace tenon::onnx {

Layout layout_of(const std::vector<Item>& items) {
  Layout layout;
  for (const Item& item : items)
    layout.push_back(item.sequence ? std::optional(item.sequence->size()) : std::nullopt);
  return layout;
}

std::vector<Value> values_of(const std::vector<Item>& items) {
  std::vector<Value> values;
  for (const Item& item : items) {
    if (item.sequence)
      values.insert(values.end(), item.sequence->begin(), item.sequence->end());
    else
      values.push_back(item.value);
  }
  return values;
}

std::vector<Item> items_of(const Layout& layout, std::span<const Value> values) {
  std::vector<Item> items;
  for (const auto& length : layout) {
    const auto own = values.first(length.value_or(1));
    items.push_back(length ? Item::list({own.begin(), own.end()}) : Item(own.front()));
    values = values.subspan(own.size());
  }
  return items;
}

std::vector<Type> types_of(const std::vector<Value>& values) {
  std::vector<Type> types;
  for (const Value& value : values) types.push_back(value.type());
  return types;
}

std::vector<Item> import_body(const Call& call, const GraphDef& graph, Body& body,
                              const std::vector<Item>& inputs) {
  call.require(graph.inputs.size() == inputs.size(), "its body '", graph.name, "' takes ",
               graph.inputs.size(), " inputs and is handed ", inputs.size());
  Scope scope(call.import(), body, &call.scope(), call.scope().opsets());
  for (std::size_t i = 0; i < inputs.size(); ++i) scope.define(graph.inputs[i].name, inputs[i]);
  return call.import().import_graph(graph, scope);
}

std::shared_ptr<const Graph> finished(Body& body, const std::vector<Value>& outputs) {
  for (std::size_t i = 0; i < outputs.size(); ++i) body.graph().output(cat("out", i), outputs[i]);
  return std::make_shared<const Graph>(body.take());
}

}  // namespace tenon::onnx
