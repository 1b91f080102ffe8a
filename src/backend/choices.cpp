#include "backend/choices.h"

#include "base/checksum.h"

namespace tenon {

namespace {
// Labels say where a node came from, not what it is.
Graph without_labels(const Graph& body) {
  Graph bare(body.name());
  for (Node node : body.nodes()) {
    node.label.clear();
    bare.append(std::move(node));
  }
  for (const NamedRef& output : body.outputs()) bare.output(output.name, bare.value(output.ref));
  return bare;
}

// Of a node by itself: a graph whose inputs are named by their places.
Graph alone(const Graph& graph, Node node) {
  Graph body("body");
  for (std::size_t i = 0; i < node.inputs.size(); ++i)
    node.inputs[i] = body.input(cat("i", i), graph.type(node.inputs[i])).ref();
  body.append(std::move(node));
  return body;
}
}  // namespace

std::string choice_key(const Graph& lowered, const Node& node, const DeviceInfo& device,
                       const BackendOptions& options) {
  const Graph body = node.op == Op::fused ? Graph() : alone(lowered, node);
  const std::string content = cat(device.name, "\n", device.description, "\n", options.threads, "\n",
                                  print(without_labels(node.op == Op::fused ? *node.bodies[0] : body)));
  return hexadecimal(checksum(bytes_of(content), 1)) + hexadecimal(checksum(bytes_of(content), 2));
}

const std::string* chosen_way(const Graph& lowered, const Node& node, const DeviceInfo& device,
                              const BackendOptions& options) {
  if (!options.choices || options.choices->empty()) return nullptr;
  const auto found = options.choices->find(choice_key(lowered, node, device, options));
  return found == options.choices->end() ? nullptr : &found->second;
}

}  // namespace tenon
