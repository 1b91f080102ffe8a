// What an executable holds, for people.
#include <algorithm>

#include "plan/executable.h"
#include "tenon/op.h"

namespace tenon {

namespace {
using Layers = std::vector<StepLine::Layer>;

// The nodes of these ops, in bodies too, each layer once.
void collect(const Graph& graph, const Node& node, std::initializer_list<Op> ops, Layers& layers) {
  for (const auto& body : node.bodies)
    for (const Node& inner : body->nodes()) collect(*body, inner, ops, layers);
  if (std::ranges::find(ops, node.op) == ops.end()) return;
  StepLine::Layer layer{node.label, definition(node.op).name, graph.type(node.inputs[0]).dtype};
  if (std::ranges::find(layers, layer) == layers.end()) layers.push_back(std::move(layer));
}

bool only_converts(const Node& node) {
  if (node.bodies.empty()) return node.op == Op::cast;
  return std::ranges::all_of(node.bodies[0]->nodes(), [](const Node& inner) {
    return inner.op == Op::input || inner.op == Op::cast || inner.op == Op::reshape;
  });
}

Layers layers_of(const Graph& lowered, const Node& node) {
  Layers layers;
  collect(lowered, node, {Op::conv, Op::matmul}, layers);
  if (layers.empty() && only_converts(node)) collect(lowered, node, {Op::cast}, layers);
  return layers;
}

std::string what_the_host_does(const Control& control) {
  switch (control.op) {
    case Op::if_else:
      return "one of the bodies, by the host";
    case Op::loop:
      return "turns while a condition holds, by the host";
    default:
      return cat(control.turns, control.turns == 1 ? " turn" : " turns", ", by the host");
  }
}

std::string name_of_body(const Control& control, std::size_t index) {
  if (control.op != Op::if_else) return "body";
  return index == 0 ? "then" : "else";
}

void list(const Executable& executable, int depth, std::vector<StepLine>& lines);

void list(const Control& control, int depth, std::vector<StepLine>& lines) {
  lines.push_back({control.name, what_the_host_does(control), depth});
  for (std::size_t i = 0; i < control.bodies.size(); ++i) {
    lines.push_back({name_of_body(control, i), "the steps below", depth + 1});
    list(control.bodies[i], depth + 2, lines);
  }
}

void list(const Executable& executable, int depth, std::vector<StepLine>& lines) {
  for (const Phase& phase : executable.phases) {
    if (const auto* control = std::get_if<Control>(&phase.work)) {
      list(*control, depth, lines);
      continue;
    }
    const Plan& plan = std::get<Plan>(phase.work);
    for (const PlannedStep& planned : plan.steps)
      lines.push_back({planned.name, planned.step->describe(), depth,
                       layers_of(*plan.lowered, plan.lowered->nodes()[planned.node])});
  }
}

std::string indented(const std::string& text) {
  std::string result;
  bool at_start = true;
  for (const char c : text) {
    if (at_start && c != '\n') result += "  ";
    result += c;
    at_start = c == '\n';
  }
  return result;
}
}  // namespace

std::vector<StepLine> list_steps(const Executable& executable) {
  std::vector<StepLine> lines;
  list(executable, 0, lines);
  return lines;
}

std::size_t count_lines(const Executable& executable) {
  std::size_t lines = 0;
  for (const Phase& phase : executable.phases) lines += count_lines(phase.work);
  return lines;
}

std::size_t count_lines(const Work& work) {
  if (const auto* plan = std::get_if<Plan>(&work)) return plan->steps.size();
  std::size_t lines = 1;
  for (const Executable& body : std::get<Control>(work).bodies) lines += 1 + count_lines(body);
  return lines;
}

std::string print(const Executable& executable) {
  std::string text;
  for (const Phase& phase : executable.phases) {
    if (const auto* plan = std::get_if<Plan>(&phase.work)) {
      text += print(*plan->lowered);
      continue;
    }
    const auto& control = std::get<Control>(phase.work);
    text += cat(control.name, ": ", what_the_host_does(control), "\n");
    for (std::size_t i = 0; i < control.bodies.size(); ++i)
      text += indented(cat(name_of_body(control, i), "\n", indented(print(control.bodies[i]))));
  }
  return text;
}

}  // namespace tenon
