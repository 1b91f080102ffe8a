// What an executable holds, for people.
#include "plan/executable.h"

namespace tenon {

namespace {
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
    for (const PlannedStep& planned : std::get<Plan>(phase.work).steps)
      lines.push_back({planned.name, planned.step->describe(), depth});
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
