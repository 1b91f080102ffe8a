#include <algorithm>

#include "ir/inline.h"
#include "op/bodies.h"
#include "op/writing.h"
#include "tenon/ops.h"

namespace tenon {

namespace {
bool is_float_value(const Value& value) { return is_float(value.dtype()); }

void append(std::vector<Value>& to, std::span<const Value> more) {
  to.insert(to.end(), more.begin(), more.end());
}

std::vector<Value> floats_of(std::span<const Value> values) {
  std::vector<Value> floats;
  std::copy_if(values.begin(), values.end(), std::back_inserter(floats), is_float_value);
  return floats;
}

// The gradients of the results of a float type, zeros where nothing depends on one.
std::vector<Value> float_grads(const GradContext& g, std::size_t begin, std::size_t end) {
  std::vector<Value> grads;
  for (std::size_t i = begin; i < end; ++i)
    if (is_float_value(g.results[i]))
      grads.push_back(g.grads[i].defined() ? g.grads[i] : zeros_like(g.results[i]));
  return grads;
}

// Gradients in the places of the inputs that are of a float type, from the input `first` on.
void place(std::vector<Value>& all, const GradContext& g, std::size_t first, std::size_t count,
           std::span<const Value> grads) {
  std::size_t next = 0;
  for (std::size_t i = first; i < first + count; ++i)
    if (is_float_value(g.inputs[i])) all[i] = grads[next++];
}
}  // namespace

std::vector<Value> if_else_gradient(const GradContext& g) {
  std::vector<Value> inputs(g.inputs.begin() + 1, g.inputs.end());
  append(inputs, float_grads(g, 0, g.results.size()));
  std::vector<Value> all(g.inputs.size());
  if (floats_of(std::span(g.inputs).subspan(1)).empty()) return all;
  const auto differentiated = [&](std::size_t body) {
    return std::make_shared<const Graph>(g.differentiate(*g.node.bodies[body]));
  };
  place(all, g, 1, all.size() - 1, if_else(g.inputs[0], inputs, differentiated(0), differentiated(1)));
  return all;
}

namespace {
// A scan's parts: values of the program, or inputs of a body.
struct Parts {
  std::vector<Value> carried, scanned, captured;
};

Parts split(std::span<const Value> values, const Attrs& attrs) {
  const auto carried = static_cast<std::size_t>(attrs.integer("carried"));
  const auto scanned = static_cast<std::size_t>(attrs.integer("scanned"));
  const auto part = [&](std::size_t first, std::size_t count) {
    return std::vector<Value>(values.begin() + static_cast<std::ptrdiff_t>(first),
                              values.begin() + static_cast<std::ptrdiff_t>(first + count));
  };
  return {part(0, carried), part(carried, scanned),
          part(carried + scanned, values.size() - carried - scanned)};
}

// Inputs of a body under construction, of the types that the inputs of another graph have.
class Declared {
 public:
  Declared(Graph& body, const Graph& like) : body_(body), like_(like) {}

  // One for each input of the other graph in [begin, end), or only for those of a float type.
  std::vector<Value> inputs(std::size_t begin, std::size_t end, bool only_floats = false) {
    std::vector<Value> values;
    for (std::size_t i = begin; i < end; ++i) {
      const Type& type = like_.nodes()[like_.inputs()[i]].results[0];
      if (!only_floats || is_float(type.dtype))
        values.push_back(body_.input(cat("x", body_.inputs().size()), type));
    }
    return values;
  }

 private:
  Graph& body_;
  const Graph& like_;
};

void return_all(Graph& body, std::span<const Value> values) {
  for (const Value& value : values) body.output(cat("y", body.outputs().size()), value);
}

// What was carried into each turn, stacked.
std::vector<Value> carried_history(const GradContext& g, const Parts& parts) {
  const std::size_t carried = parts.carried.size();
  if (carried == 0) return {};
  const Graph& body = *g.node.bodies[0];
  Graph recording(body.name() + "_recording");
  const std::vector<Value> inputs = Declared(recording, body).inputs(0, body.inputs().size());
  const std::vector<Value> results = inline_graph(recording, body, inputs);
  return_all(recording, std::span(results).first(carried));
  return_all(recording, std::span(inputs).first(carried));
  const auto scanned = scan({parts.carried, parts.scanned, parts.captured, g.node.attrs.flag("reverse")},
                            std::make_shared<const Graph>(std::move(recording)));
  return {scanned.begin() + static_cast<std::ptrdiff_t>(carried), scanned.end()};
}

// One turn backwards: carries the gradients of what is carried and the sums of those of what is captured.
//   (d carried…, sums…; carried…, slices…, d outputs…; captured…) → (d carried…, sums…, d slices…)
Body backward_body(const GradContext& g, const Parts& parts) {
  const Graph step = g.differentiate(*g.node.bodies[0]);
  const std::size_t slices = parts.carried.size();
  const std::size_t captured = slices + parts.scanned.size();
  const std::size_t grads = captured + parts.captured.size();
  const std::size_t output_grads = grads + floats_of(parts.carried).size();

  Graph body(step.name());
  Declared declared(body, step);
  const auto carried_grads = declared.inputs(grads, output_grads);
  const auto sums = declared.inputs(captured, grads, true);
  std::vector<Value> arguments = declared.inputs(0, captured);
  const auto last_grads = declared.inputs(output_grads, step.inputs().size());
  append(arguments, declared.inputs(captured, grads));
  append(arguments, carried_grads);
  append(arguments, last_grads);

  const std::vector<Value> results = inline_graph(body, step, arguments);
  const auto of_captured = std::span(results).last(sums.size());
  return_all(body, std::span(results).first(carried_grads.size()));
  for (std::size_t i = 0; i < sums.size(); ++i) return_all(body, std::vector{add(sums[i], of_captured[i])});
  return_all(body, std::span(results).subspan(carried_grads.size(),
                                              results.size() - carried_grads.size() - sums.size()));
  return std::make_shared<const Graph>(std::move(body));
}
}  // namespace

std::vector<Value> scan_gradient(const GradContext& g) {
  const Parts parts = split(g.inputs, g.node.attrs);
  const std::size_t carried = parts.carried.size();
  ScanInputs back{.carried = float_grads(g, 0, carried),
                  .scanned = carried_history(g, parts),
                  .captured = parts.captured,
                  .reverse = !g.node.attrs.flag("reverse")};
  const std::size_t sums = back.carried.size();
  for (const Value& value : floats_of(parts.captured)) back.carried.push_back(zeros_like(value));
  const std::size_t slices = back.carried.size();
  append(back.scanned, parts.scanned);
  append(back.scanned, float_grads(g, carried, g.results.size()));

  const std::vector<Value> results = scan(back, backward_body(g, parts));
  const std::span<const Value> all = results;
  std::vector<Value> grads(g.inputs.size());
  place(grads, g, 0, carried, all.first(sums));
  place(grads, g, carried, parts.scanned.size(), all.subspan(slices));
  place(grads, g, carried + parts.scanned.size(), parts.captured.size(), all.subspan(sums, slices - sums));
  return grads;
}

}  // namespace tenon
