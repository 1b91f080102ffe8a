#include "onnx/importing.h"
#include "onnx/rules.h"

// If, Loop and Scan.
namespace tenon::onnx {

namespace {
std::vector<Value> values_of(const Call& call, const std::vector<Item>& items) {
  std::vector<Value> values;
  for (const Item& item : items) {
    call.require(item.value.defined(), "a sequence that a body returns is not supported");
    values.push_back(item.value);
  }
  return values;
}

std::shared_ptr<const Graph> finished(Body& body, const std::vector<Value>& outputs) {
  for (std::size_t i = 0; i < outputs.size(); ++i) body.graph().output(cat("out", i), outputs[i]);
  return std::make_shared<const Graph>(body.take());
}

std::vector<Item> items_of(const std::vector<Value>& values) { return {values.begin(), values.end()}; }

// Where the condition is known the other branch is not looked at. Otherwise both see what either captures.
std::vector<Item> branching(const Call& call) {
  const GraphDef& then_graph = call.graph_attribute("then_branch");
  const GraphDef& else_graph = call.graph_attribute("else_branch");
  if (const auto known = call.known_number(0)) {
    Scope scope(call.import(), call.scope().body(), &call.scope(), call.scope().opsets());
    return call.import().import_graph(*known != 0 ? then_graph : else_graph, scope);
  }
  Body then_body("then", call.scope().body()), else_body("else", call.scope().body());
  const auto import = [&](const GraphDef& graph, Body& body) {
    Scope scope(call.import(), body, &call.scope(), call.scope().opsets());
    return values_of(call, call.import().import_graph(graph, scope));
  };
  const std::vector<Value> then_results = import(then_graph, then_body);
  else_body.bring_all(then_body.captured());
  const std::vector<Value> else_results = import(else_graph, else_body);
  then_body.bring_all(else_body.captured());
  const std::vector<Value> captured = else_body.captured();
  const Value condition = call.input(0);
  return items_of(if_else(condition.rank() == 0 ? condition : reshape(condition, Ints{}), captured,
                          finished(then_body, then_results), finished(else_body, else_results)));
}
}  // namespace

void add_control_rules(Rules& rules) { rules.add("If", branching); }

}  // namespace tenon::onnx
