#include "onnx/exporting.h"

// Bodies. ONNX's see the names around them, so what a body captures is not handed to it.
namespace tenon::onnx {

namespace {
enum class Condition { none, second };  // an input of ONNX's body that none of ours reads

// The first inputs of the body are its own; the others stand for names that are seen.
GraphBytes body_graph(const Written& n, const Graph& body, std::size_t own, std::span<const std::string> seen,
                      Condition condition = Condition::none) {
  GraphExport to(cat(n.to().fresh(n.node().label.empty() ? "body" : n.node().label), "/"));
  std::map<Ref, std::string> named;
  for (std::size_t i = 0; i < body.inputs().size(); ++i) {
    const Ref input{body.inputs()[i]};
    named[input] = i < own ? to.fresh("in") : seen[i - own];
    if (i < own) to.writer().add_input(named[input], body.type(input));
    if (i == 0 && condition == Condition::second)
      to.writer().add_input(to.fresh("condition"), Type{DType::boolean, {}});
  }
  to.write_nodes(body, named);
  for (const NamedRef& output : body.outputs()) {
    const std::string name = to.fresh("out");
    to.writer().add_node({"Identity", {named.at(output.ref)}, {name}, {}, name});
    to.writer().add_output(name, body.type(output.ref));
  }
  return {to.writer().bytes(body.name())};
}

Names branched(const Written& n) {
  const std::span<const std::string> captured = std::span(n.inputs()).subspan(1);
  return n.add_many("If", {n.input(0)}, n.node().results.size(),
                    {{"then_branch", body_graph(n, *n.node().bodies[0], 0, captured)},
                     {"else_branch", body_graph(n, *n.node().bodies[1], 0, captured)}});
}

Names looped(const Written& n) {
  const auto carried = static_cast<std::size_t>(n.attrs().integer("carried"));
  const Graph& body = *n.node().bodies[0];
  const std::span<const std::string> captured = std::span(n.inputs()).subspan(2 + carried);
  const Names inputs(n.inputs().begin(), n.inputs().begin() + static_cast<std::ptrdiff_t>(2 + carried));
  return n.add_many("Loop", inputs, n.node().results.size(),
                    {{"body", body_graph(n, body, 1 + carried, captured, Condition::second)}});
}

Names scanned(const Written& n) {
  const auto carried = static_cast<std::size_t>(n.attrs().integer("carried"));
  const auto slices = static_cast<std::size_t>(n.attrs().integer("scanned"));
  const std::int64_t direction = n.attrs().flag("reverse") ? 1 : 0;
  const std::size_t stacked = n.node().results.size() - carried;
  const std::span<const std::string> captured = std::span(n.inputs()).subspan(carried + slices);
  const Names inputs(n.inputs().begin(), n.inputs().begin() + static_cast<std::ptrdiff_t>(carried + slices));
  Written::Attributes attributes{{"body", body_graph(n, *n.node().bodies[0], carried + slices, captured)},
                                 {"num_scan_inputs", static_cast<std::int64_t>(slices)},
                                 {"scan_input_directions", Ints(slices, direction)}};
  if (stacked > 0) attributes.emplace_back("scan_output_directions", Ints(stacked, direction));
  return n.add_many("Scan", inputs, n.node().results.size(), attributes);
}
}  // namespace

void add_body_exports(ExportRules& rules) {
  rules[Op::if_else] = branched;
  rules[Op::loop] = looped;
  rules[Op::scan] = scanned;
}

}  // namespace tenon::onnx
