// What If, Loop and Scan share: bodies that are imported into graphs of their own.
#pragma once

#include "onnx/importing.h"

namespace tenon::onnx {

// How many values each of some items is: a sequence whose length is known while importing is that many.
using Layout = std::vector<std::optional<std::size_t>>;  // nothing for a value
Layout layout_of(const std::vector<Item>& items);
std::vector<Value> values_of(const std::vector<Item>& items);
std::vector<Item> items_of(const Layout& layout, std::span<const Value> values);
std::vector<Type> types_of(const std::vector<Value>& values);

// A graph attribute's nodes written into `body`, its inputs standing for these.
std::vector<Item> import_body(const Call& call, const GraphDef& graph, Body& body,
                              const std::vector<Item>& inputs);
// The body with its outputs. It takes no more nodes.
std::shared_ptr<const Graph> finished(Body& body, const std::vector<Value>& outputs);

}  // namespace tenon::onnx
