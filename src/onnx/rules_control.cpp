#include "onnx/bodies.h"
#include "onnx/rules.h"
#include "onnx/shapes.h"

// If. Loop and Scan have files of their own.
namespace tenon::onnx {

namespace {
// Where the condition is known the other branch is not looked at. Otherwise both see what either captures.
std::vector<Item> branching(const Call& call) {
  const GraphDef& then_graph = call.graph_attribute("then_branch");
  const GraphDef& else_graph = call.graph_attribute("else_branch");
  if (const auto known = call.known_number(0))
    return import_body(call, *known != 0 ? then_graph : else_graph, call.scope().body(), {});

  Body then_body("then", call.scope().body()), else_body("else", call.scope().body());
  const std::vector<Item> then_items = import_body(call, then_graph, then_body, {});
  else_body.bring_all(then_body.captured());
  const std::vector<Item> else_items = import_body(call, else_graph, else_body, {});
  then_body.bring_all(else_body.captured());
  const Layout layout = layout_of(then_items);
  call.require(layout == layout_of(else_items),
               "its branches return sequences of different lengths, or different numbers of values");
  const std::vector<Value> captured = else_body.captured();
  const std::vector<Value> results =
      if_else(as_scalar(call.input(0)), captured, finished(then_body, values_of(then_items)),
              finished(else_body, values_of(else_items)));
  return items_of(layout, results);
}
}  // namespace

void add_control_rules(Rules& rules) {
  rules.add("If", branching);
  add_loop_rules(rules);
  add_scan_rules(rules);
}

}  // namespace tenon::onnx
