#include <algorithm>

#include "plan/executable.h"

namespace tenon {

namespace {
std::vector<std::size_t> bytes_of(std::span<const Type> types) {
  std::vector<std::size_t> bytes;
  for (const Type& type : types) bytes.push_back(type.bytes());
  return bytes;
}

std::size_t count_of(const Node& node, std::string_view attr) {
  return static_cast<std::size_t>(node.attrs.integer(attr));
}

void add_turns(Control& control, const Node& node) {
  control.carried = bytes_of(std::span(node.results).first(count_of(node, "carried")));
  if (node.op == Op::loop) control.own = {sizeof(std::int64_t), sizeof(bool)};
  control.own.insert(control.own.end(), control.carried.begin(), control.carried.end());
}

std::size_t slice_bytes(const Slot& slice) { return slice.type.bytes(); }

void add_slices(Control& control, const Graph& typed, const Node& node) {
  const Executable& body = control.bodies[0];
  const std::size_t first = count_of(node, "carried");
  const std::size_t end = first + count_of(node, "scanned");
  control.turns = typed.type(node.inputs[first]).shape()[0];
  control.reverse = node.attrs.flag("reverse");
  control.input_strides.resize(body.inputs.size(), 0);
  control.output_strides.resize(body.outputs.size(), 0);
  for (std::size_t i = first; i < end; ++i) control.input_strides[i] = slice_bytes(body.inputs[i]);
  for (std::size_t i = first; i < body.outputs.size(); ++i)
    control.output_strides[i] = slice_bytes(body.outputs[i]);
}
}  // namespace

Control make_control(const Graph& typed, std::uint32_t id, std::vector<Executable> bodies) {
  const Node& node = typed.nodes()[id];
  Control control;
  control.name = cat(describe(node), " #", id);
  control.op = node.op;
  control.bodies = std::move(bodies);
  if (node.op != Op::if_else) add_turns(control, node);
  if (node.op == Op::scan) add_slices(control, typed, node);
  return control;
}

}  // namespace tenon
