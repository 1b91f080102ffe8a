#include <algorithm>

#include "onnx/bodies.h"
#include "onnx/rules.h"
#include "onnx/shapes.h"
#include "op/writing.h"

// Scan: from opset 9 on with an axis and a direction for each scanned value and each output; in opset 8 over
// the second axis, for each entry of the first. Running products are scans, too.
namespace tenon::onnx {

namespace {
struct Scanning {
  std::vector<Value> carried;
  std::vector<Value> scanned;
  bool backwards = false;
};

// The scan and its body, in the graph of `call`; its results.
std::vector<Value> write_scan(const Call& call, Body& around, const Scanning& given) {
  Body body("scan", around);
  std::vector<Item> inputs;
  for (const Value& value : given.carried)
    inputs.emplace_back(body.graph().input(cat("carried", inputs.size()), value.type()));
  for (const Value& value : given.scanned) {
    Type slice = value.type();
    call.require(!slice.ranked || slice.rank() > 0, "a scalar cannot be scanned");
    if (slice.ranked) slice.dims.erase(slice.dims.begin());
    inputs.emplace_back(body.graph().input(cat("slice", inputs.size()), slice));
  }
  const std::vector<Item> results = import_body(call, call.graph_attribute("body"), body, inputs);
  call.require(results.size() >= given.carried.size() &&
                   std::ranges::none_of(results, [](const Item& item) { return item.sequence != nullptr; }),
               "its body returns ", results.size(), " tensors: it needs ", given.carried.size(), " or more");
  const std::vector<Value> captured = body.captured();
  return scan({given.carried, given.scanned, captured, given.backwards}, finished(body, values_of(results)));
}

std::size_t scanned_count(const Call& call, std::size_t first) {
  const std::int64_t count = call.integer("num_scan_inputs");
  const auto given = static_cast<std::int64_t>(call.input_count()) - static_cast<std::int64_t>(first);
  call.require(count >= 1 && count <= given, "num_scan_inputs is ", count, ", and it has ", given, " inputs");
  return static_cast<std::size_t>(count);
}

// The entries of an attribute for each of `count`.
Ints entries(const Call& call, std::string_view name, std::size_t count) {
  const Ints values = call.ints(name, Ints(count, 0));
  call.require(values.size() == count, name, " has ", values.size(), " entries, not ", count);
  return values;
}

// An axis moved to another place, the others in their order.
Value moved(Value x, std::int64_t from, std::int64_t to) {
  if (from == to) return x;
  Ints order;
  for (std::int64_t axis = 0; axis < x.rank(); ++axis)
    if (axis != from) order.push_back(axis);
  order.insert(order.begin() + to, from);
  return transpose(x, order);
}

bool all_reversed(const Ints& directions) {
  return std::ranges::all_of(directions, [](std::int64_t direction) { return direction == 1; });
}

std::vector<Item> scanning(const Call& call) {
  const std::size_t count = scanned_count(call, 0);
  const std::size_t carried = call.input_count() - count;
  const std::size_t returned = call.graph_attribute("body").outputs.size();
  call.require(returned >= carried, "its body returns ", returned, " values: it needs ", carried);
  const std::size_t outputs = returned - carried;
  const Ints axes = entries(call, "scan_input_axes", count);
  const Ints directions = entries(call, "scan_input_directions", count);
  const Ints output_axes = entries(call, "scan_output_axes", outputs);
  const Ints output_directions = entries(call, "scan_output_directions", outputs);

  Scanning given;
  given.backwards = all_reversed(directions) && all_reversed(output_directions);
  for (std::size_t i = 0; i < carried; ++i) given.carried.push_back(call.input(i));
  for (std::size_t i = 0; i < count; ++i) {
    const Value x = call.input(carried + i);
    const Value slices = moved(x, place_of(call, axes[i], x.rank()), 0);
    given.scanned.push_back(directions[i] == 1 && !given.backwards ? reverse(slices, {0}) : slices);
  }
  std::vector<Value> results = write_scan(call, call.scope().body(), given);
  for (std::size_t i = 0; i < outputs; ++i) {
    Value& y = results[carried + i];
    if (output_directions[i] == 1 && !given.backwards) y = reverse(y, {0});
    y = moved(y, 0, place_of(call, output_axes[i], y.rank()));
  }
  return {results.begin(), results.end()};
}

// A scan over the entries of the batch, whose body is the scan of one.
std::vector<Item> scanning_batches(const Call& call) {
  call.require(!call.has(0), "the lengths of its sequences are not supported");
  const std::size_t count = scanned_count(call, 1);
  const std::size_t carried = call.input_count() - 1 - count;
  const Ints directions = entries(call, "directions", count);
  Body body("batch", call.scope().body());
  std::vector<Value> batches;
  Scanning given;
  for (std::size_t i = 0; i < carried + count; ++i) {
    const Value x = call.input(i + 1);
    const bool is_scanned = i >= carried;
    call.require(x.rank() > (is_scanned ? 1 : 0), "its input ", i + 1, " has no axis of batches or slices");
    batches.push_back(x);
    Type one = x.type();
    one.dims.erase(one.dims.begin());
    const Value inside = body.graph().input(cat("entry", i), one);
    if (!is_scanned)
      given.carried.push_back(inside);
    else
      given.scanned.push_back(directions[i - carried] == 1 ? reverse(inside, {0}) : inside);
  }
  const std::vector<Value> inner = write_scan(call, body, given);
  body.pay();
  const std::vector<Value> captured = body.captured();
  const std::vector<Value> results = scan({{}, batches, captured, false}, finished(body, inner));
  return {results.begin(), results.end()};
}

std::vector<Item> scan_of_any_opset(const Call& call) {
  return call.opset() < 9 ? scanning_batches(call) : scanning(call);
}

// The product of the slices up to each, or of those before it.
std::shared_ptr<const Graph> running_product_body(const Type& slice, bool exclusive) {
  Graph body("products");
  const Value so_far = body.input("so_far", slice);
  const Value product = so_far * body.input("slice", slice);
  body.output("so_far", product);
  body.output("product", exclusive ? so_far : product);
  return std::make_shared<const Graph>(std::move(body));
}

std::vector<Item> running_product(const Call& call) {
  const Value x = call.input(0);
  const Operand64 operand = call.operand(1);
  call.require(operand.known && operand.known->size() == 1, "its axis must be one number that is known");
  const std::int64_t axis = place_of(call, operand.known->front(), x.rank());
  const Value slices = moved(x, axis, 0);
  Type slice = slices.type();
  slice.dims.erase(slice.dims.begin());
  const Value shape = part(call, sizes_of(call, slices), 1, x.rank());
  const Value ones = stretched(call, scalar_like(1, x), shape);
  const auto body = running_product_body(slice, call.flag("exclusive"));
  return {moved(scan({{ones}, {slices}, {}, call.flag("reverse")}, body)[1], 0, axis)};
}
}  // namespace

void add_scan_rules(Rules& rules) {
  rules.add("CumProd", running_product);
  rules.add("Scan", scan_of_any_opset);
}

}  // namespace tenon::onnx
