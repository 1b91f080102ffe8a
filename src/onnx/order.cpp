#include "onnx/order.h"

#include <algorithm>
#include <queue>
#include <unordered_map>
#include <unordered_set>

#include "onnx/call.h"

namespace tenon::onnx {

namespace {
void collect_reads(const NodeDef& node, std::vector<std::string_view>& names);

// What a body reads of the graphs around it: a name that it makes itself is its own.
void collect_captures(const GraphDef& body, std::vector<std::string_view>& names) {
  std::unordered_set<std::string_view> own;
  for (const ValueDef& input : body.inputs) own.insert(input.name);
  for (const TensorDef& initialiser : body.initialisers) own.insert(initialiser.name);
  for (const NodeDef& node : body.nodes) own.insert(node.outputs.begin(), node.outputs.end());
  std::vector<std::string_view> read;
  for (const NodeDef& node : body.nodes) collect_reads(node, read);
  for (const ValueDef& output : body.outputs) read.push_back(output.name);
  std::ranges::copy_if(read, std::back_inserter(names),
                       [&](std::string_view name) { return !own.contains(name); });
}

void collect_reads(const NodeDef& node, std::vector<std::string_view>& names) {
  names.insert(names.end(), node.inputs.begin(), node.inputs.end());
  for (const Attribute& attribute : node.attributes)
    if (attribute.graph) collect_captures(*attribute.graph, names);
}
}  // namespace

std::vector<const NodeDef*> in_order(const std::vector<NodeDef>& nodes) {
  std::unordered_map<std::string_view, std::size_t> makers;
  for (std::size_t i = 0; i < nodes.size(); ++i)
    for (const std::string_view output : nodes[i].outputs)
      if (!output.empty())
        require(makers.emplace(output, i).second, describe(nodes[i]), ": '", output, "' is made twice");

  std::vector<std::vector<std::size_t>> readers(nodes.size());
  std::vector<std::size_t> waits(nodes.size());
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    std::vector<std::string_view> names;
    collect_reads(nodes[i], names);
    for (const std::string_view name : names) {
      const auto maker = makers.find(name);
      if (maker == makers.end()) continue;
      readers[maker->second].push_back(i);
      ++waits[i];
    }
  }

  // The first in the file among those that wait for nothing.
  std::priority_queue<std::size_t, std::vector<std::size_t>, std::greater<>> ready;
  for (std::size_t i = 0; i < nodes.size(); ++i)
    if (waits[i] == 0) ready.push(i);
  std::vector<const NodeDef*> order;
  while (!ready.empty()) {
    const std::size_t next = ready.top();
    ready.pop();
    order.push_back(&nodes[next]);
    for (const std::size_t reader : readers[next])
      if (--waits[reader] == 0) ready.push(reader);
  }
  const auto waiting = std::ranges::find_if(waits, [](std::size_t left) { return left > 0; });
  require(waiting == waits.end(), "nodes read one another in a circle; one of them is ",
          waiting == waits.end() ? "" : describe(nodes[static_cast<std::size_t>(waiting - waits.begin())]));
  return order;
}

}  // namespace tenon::onnx
