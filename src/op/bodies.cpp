#include "tenon/ops/bodies.h"

#include <algorithm>

#include "ir/types.h"
#include "op/bodies.h"
#include "op/shape_rules.h"
#include "op/writing.h"
#include "tenon/ops/shapes.h"

namespace tenon {

namespace {
void append(std::vector<Value>& to, const std::vector<Value>& more) {
  to.insert(to.end(), more.begin(), more.end());
}

Attrs counts(std::size_t carried, std::optional<std::size_t> scanned = std::nullopt) {
  Attrs attrs{{"carried", static_cast<std::int64_t>(carried)}};
  if (scanned) attrs.set("scanned", static_cast<std::int64_t>(*scanned));
  return attrs;
}
}  // namespace

std::vector<Value> if_else(Value condition, const std::vector<Value>& captured, Body then_body,
                           Body else_body) {
  std::vector<Value> inputs = {condition};
  append(inputs, captured);
  return condition.graph().emit(Op::if_else, inputs, {}, {std::move(then_body), std::move(else_body)});
}

std::vector<Value> loop(Value trips, Value condition, const std::vector<Value>& carried,
                        const std::vector<Value>& captured, Body body) {
  std::vector<Value> inputs = {trips, condition};
  append(inputs, carried);
  append(inputs, captured);
  return trips.graph().emit(Op::loop, inputs, counts(carried.size()), {std::move(body)});
}

std::vector<Value> scan(const ScanInputs& given, Body body) {
  require(!given.scanned.empty(), "scan: at least one value must be scanned");
  std::vector<Value> inputs = given.carried;
  append(inputs, given.scanned);
  append(inputs, given.captured);
  Attrs attrs = counts(given.carried.size(), given.scanned.size());
  attrs.set("reverse", given.reverse);
  return inputs[0].graph().emit(Op::scan, inputs, attrs, {std::move(body)});
}

namespace {
Type slice_of(Type type) {
  if (type.ranked) type.dims.erase(type.dims.begin());
  return type;
}
}  // namespace

std::vector<Type> body_input_types(Op op, const Attrs& attrs, std::span<const Type> inputs) {
  if (op == Op::if_else) return {inputs.begin() + 1, inputs.end()};
  if (op == Op::loop) {
    std::vector<Type> types = {{DType::i64, {}}};
    types.insert(types.end(), inputs.begin() + kLoopInputs, inputs.end());
    return types;
  }
  std::vector<Type> types(inputs.begin(), inputs.end());
  const auto carried = static_cast<std::size_t>(attrs.integer("carried"));
  const auto scanned = static_cast<std::size_t>(attrs.integer("scanned"));
  for (std::size_t i = carried; i < carried + scanned; ++i) types[i] = slice_of(types[i]);
  return types;
}

std::size_t first_captured(const Node& node) {
  if (node.op == Op::if_else) return 0;
  const auto carried = static_cast<std::size_t>(node.attrs.integer("carried"));
  if (node.op == Op::loop) return 1 + carried;
  return carried + static_cast<std::size_t>(node.attrs.integer("scanned"));
}

namespace {
// Type rules.

const Type& input_type(const Graph& body, std::size_t i) { return body.nodes()[body.inputs()[i]].results[0]; }

std::vector<Type> output_types(const Graph& body) {
  std::vector<Type> types;
  for (const NamedRef& output : body.outputs()) types.push_back(body.type(output.ref));
  return types;
}

void check_body(const TypeContext& context, const Graph& body, std::span<const Type> arguments) {
  context.require(body.states().empty() && body.updates().empty(), "body '", body.name(), "' holds a state");
  context.require(body.inputs().size() == arguments.size(), "body '", body.name(), "' takes ",
                  body.inputs().size(), " inputs and is handed ", arguments.size());
  for (std::size_t i = 0; i < arguments.size(); ++i)
    context.require(compatible(input_type(body, i), arguments[i]), "input ", i, " of body '", body.name(),
                    "' is ", input_type(body, i), " and is handed ", arguments[i]);
}

// How many of the inputs from `first` on an attribute counts.
std::size_t counted(const TypeContext& context, std::string_view attr, std::size_t first) {
  const std::int64_t count = context.attrs.integer(attr);
  const auto left = static_cast<std::int64_t>(context.inputs.size() - std::min(first, context.inputs.size()));
  context.require(count >= 0 && count <= left, "attribute '", attr, "' is ", count, ", but there are ", left,
                  " inputs to count");
  return static_cast<std::size_t>(count);
}

// What holds of the carried values after any number of turns. From turn to turn they may change as far as the
// types of the body's inputs let them.
std::vector<Type> carried_types(const TypeContext& context, const Graph& body, std::span<const Type> initial,
                                std::size_t first) {
  const std::vector<Type> outputs = output_types(body);
  context.require(outputs.size() >= first + initial.size(), "body '", body.name(), "' returns ",
                  outputs.size(), " values, but ", first + initial.size(), " are wanted");
  std::vector<Type> types;
  for (std::size_t i = 0; i < initial.size(); ++i) {
    const Type& next = outputs[first + i];
    context.require(compatible(next, input_type(body, first + i)), "carried value ", i, " is ", initial[i],
                    " and body '", body.name(), "' returns ", next);
    types.push_back(common(next, initial[i]));
  }
  return types;
}

// Outputs of a body, stacked along a new first axis.
void add_stacked(std::vector<Type>& types, std::span<const Type> outputs, Dim turns) {
  for (const Type& output : outputs) {
    types.push_back(output);
    if (output.ranked) types.back().dims.insert(types.back().dims.begin(), turns);
  }
}

std::vector<Type> if_else_type(const TypeContext& context) {
  context.require(compatible(context.inputs[0], {DType::boolean, {}}), "the condition must be a bool scalar");
  const std::vector<Type> arguments = body_input_types(Op::if_else, context.attrs, context.inputs);
  for (const auto& body : context.bodies) check_body(context, *body, arguments);
  std::vector<Type> types = output_types(*context.bodies[0]);
  const std::vector<Type> others = output_types(*context.bodies[1]);
  context.require(std::ranges::equal(types, others, {}, &Type::dtype, &Type::dtype),
                  "the two bodies return different types: ", types, " and ", others);
  std::transform(types.begin(), types.end(), others.begin(), types.begin(), common);
  return types;
}

std::vector<Type> loop_type(const TypeContext& context) {
  context.require(compatible(context.inputs[0], {DType::i64, {}}), "the trip count must be an i64 scalar");
  context.require(compatible(context.inputs[1], {DType::boolean, {}}), "the condition must be a bool scalar");
  const std::size_t carried = counted(context, "carried", kLoopInputs);
  const Graph& body = *context.bodies[0];
  check_body(context, body, body_input_types(Op::loop, context.attrs, context.inputs));
  const std::vector<Type> outputs = output_types(body);
  context.require(outputs.size() > carried && compatible(outputs[0], {DType::boolean, {}}), "body '",
                  body.name(), "' must return whether to go on, a bool scalar, and the ", carried,
                  " carried values");
  std::vector<Type> types = carried_types(context, body, context.inputs.subspan(kLoopInputs, carried), 1);
  add_stacked(types, std::span(outputs).subspan(carried + 1), Dim::unknown());
  return types;
}

Dim slices_of(const TypeContext& context, std::span<const Type> scanned) {
  context.require(!scanned.empty(), "at least one value must be scanned");
  Dim slices = Dim::unknown();
  for (const Type& type : scanned) {
    context.require(!type.ranked || type.rank() >= 1, "a scalar has no slices");
    if (!type.ranked) continue;
    context.require(compatible({DType::u8, {slices}}, {DType::u8, {type.dims[0]}}),
                    "the scanned values differ in how many slices they have: ", slices, " and ",
                    type.dims[0]);
    if (!slices.is_constant() && !type.dims[0].is_unknown()) slices = type.dims[0];
  }
  return slices;
}

std::vector<Type> scan_type(const TypeContext& context) {
  const std::size_t carried = counted(context, "carried", 0);
  const std::size_t scanned = counted(context, "scanned", carried);
  const Dim slices = slices_of(context, context.inputs.subspan(carried, scanned));
  const Graph& body = *context.bodies[0];
  check_body(context, body, body_input_types(Op::scan, context.attrs, context.inputs));
  std::vector<Type> types = carried_types(context, body, context.inputs.first(carried), 0);
  const std::vector<Type> outputs = output_types(body);
  add_stacked(types, std::span(outputs).subspan(carried), slices);
  return types;
}

OpDef bodies_row(std::string documentation, int bodies, int min_inputs) {
  OpDef def;
  def.family = "body";
  def.documentation = std::move(documentation);
  def.bodies = bodies;
  def.min_inputs = min_inputs;
  def.max_inputs = -1;
  return def;
}
}  // namespace

void define_bodies(OpTable& table) {
  OpDef def = bodies_row("What one of two bodies makes of the captured values, as a bool scalar says.", 2, 1);
  def.infer = if_else_type;
  def.kernel = if_else_kernel;
  def.gradient = if_else_gradient;
  table.define(Op::if_else, def);

  def = bodies_row(
      "Runs body(turn, carried…, captured…) → (go on, carried…, outputs…) at most as often as the trip count "
      "says "
      "and while the condition holds; the last carried values, and the outputs stacked.",
      1, 2);
  def.attrs = {{"carried", AttrKind::integer}};
  def.infer = loop_type;
  def.kernel = loop_kernel;
  def.no_gradient = "how often it runs is known only as it runs; use scan";
  table.define(Op::loop, def);

  def = bodies_row(
      "Runs body(carried…, slices…, captured…) → (carried…, outputs…) for each slice of the scanned values' "
      "first "
      "axis, backwards where `reverse`; the last carried values, and the outputs stacked.",
      1, 1);
  def.attrs = {
      {"carried", AttrKind::integer}, {"scanned", AttrKind::integer}, {"reverse", AttrKind::flag, false}};
  def.infer = scan_type;
  def.kernel = scan_kernel;
  def.gradient = scan_gradient;
  table.define(Op::scan, def);
}

}  // namespace tenon
