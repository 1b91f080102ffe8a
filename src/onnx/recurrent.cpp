#include "onnx/recurrent.h"

#include "onnx/shapes.h"
#include "op/writing.h"

namespace tenon::onnx {

namespace {
constexpr std::size_t kX = 0, kW = 1, kR = 2, kB = 3, kLengths = 4, kFirstState = 5;

bool batch_first(const Call& call) { return call.flag("layout"); }

Direction direction_of(const Call& call, const Cell& cell, std::int64_t number) {
  const Type &w = call.input(kW).type(), &r = call.input(kR).type();
  const bool known = w.rank() == 3 && r.rank() == 3 && w.dims[2].is_constant() && r.dims[2].is_constant();
  call.require(known, "its weights are ", w, " and ", r, ": they need three axes of known sizes");
  Direction direction{number,
                      r.dims[2].constant(),
                      transpose(at_place(call, call.input(kW), number, 0)),
                      transpose(at_place(call, call.input(kR), number, 0)),
                      {},
                      {}};
  if (!call.has(kB)) return direction;
  const std::int64_t width = cell.gates * direction.hidden;
  const Value both = at_place(call, call.input(kB), number, 0);
  direction.input_bias = slice(both, {{0, 0, width}});
  direction.hidden_bias = slice(both, {{0, width, 2 * width}});
  return direction;
}

// [turns, batch, gates hidden]: as one product over all turns.
Value weighted_inputs(const Call& call, const Cell& cell, Value x, const Direction& direction) {
  const std::int64_t inputs = direction.input_weights.type().dims[0].constant();
  Value rows = matmul(reshape(x, Ints{-1, inputs}), direction.input_weights);
  const Value bias = cell.bias(direction);
  if (bias.defined()) rows = rows + bias;
  const Value width = size_of_axis(call, rows, 1);
  return reshaped(call, rows,
                  constant_if_known(call, concat({part(call, sizes_of(call, x), 0, 2), width}, 0)));
}

// The state of one direction at the beginning, [batch, hidden].
Value first_state(const Call& call, Value x, const Direction& direction, std::size_t number) {
  if (call.has(kFirstState + number))
    return at_place(call, call.input(kFirstState + number), direction.number, batch_first(call) ? 1 : 0);
  const Value sizes = concat({size_of_axis(call, x, 1), size_of_axis(call, direction.hidden_weights, 0)}, 0);
  return stretched(call, scalar_like(0, x), constant_if_known(call, sizes));
}

// Whether an item's sequence reaches to a turn, [turns, batch, 1]; undefined where all do to every turn.
Value activity(const Call& call, Value x) {
  if (!call.has(kLengths)) return {};
  const Value lengths = cast_to(call.input(kLengths), DType::i64);
  const auto known = call.known(lengths);
  const Dim turns = x.type().dims[0];
  if (known && turns.is_constant()) {
    bool all = true;
    for (const std::int64_t length : known->as<std::int64_t>()) all = all && length >= turns.constant();
    if (all) return {};
  }
  return places_along(call, x, 0) < along(lengths, 1, 3);
}

Type slice_type(const Value& scanned) {
  Type type = scanned.type();
  if (!type.dims.empty()) type.dims.erase(type.dims.begin());
  return type;
}

struct Scanned {
  Value outputs;              // [turns, batch, hidden]
  std::vector<Value> states;  // [batch, hidden]
};

// A state stays as it is where a sequence has ended, and its output is 0.
std::shared_ptr<const Graph> body_of(const Cell& cell, const ScanInputs& given, const Direction& direction,
                                     bool has_activity, bool wants_outputs) {
  Graph body("cell");
  Turn turn;
  turn.hidden = direction.hidden;
  for (const Value& value : given.carried)
    turn.carried.push_back(body.input(cat("state", turn.carried.size()), value.type()));
  turn.input = body.input("input", slice_type(given.scanned[0]));
  const Value active = has_activity ? body.input("active", slice_type(given.scanned[1])) : Value();
  for (const Value& value : given.captured)
    turn.captured.push_back(body.input(cat("weights", turn.captured.size()), value.type()));
  std::vector<Value> next = cell.step(turn, direction.number);
  const Value output = has_activity ? select(active, next[0], 0.0) : next[0];
  for (std::size_t i = 0; i < next.size(); ++i)
    body.output(cat("next", i), has_activity ? select(active, next[i], turn.carried[i]) : next[i]);
  if (wants_outputs) body.output("output", output);
  return std::make_shared<const Graph>(std::move(body));
}

Scanned scan_direction(const Call& call, const Cell& cell, Value x, std::int64_t number, bool backwards) {
  const Direction direction = direction_of(call, cell, number);
  ScanInputs inputs;
  for (std::size_t i = 0; i < cell.states; ++i) inputs.carried.push_back(first_state(call, x, direction, i));
  inputs.scanned = {weighted_inputs(call, cell, x, direction)};
  const Value active = activity(call, x);
  if (active.defined()) inputs.scanned.push_back(active);
  inputs.captured = cell.captured(direction);
  inputs.reverse = backwards;
  const auto body = body_of(cell, inputs, direction, active.defined(), call.wants(0));
  std::vector<Value> results = scan(inputs, body);
  Scanned scanned;
  if (call.wants(0)) scanned.outputs = results.back();
  scanned.states.assign(results.begin(), results.begin() + static_cast<std::ptrdiff_t>(cell.states));
  return scanned;
}

Value joined(const std::vector<Value>& parts, std::int64_t axis) {
  return parts.size() == 1 ? parts[0] : concat(parts, axis);
}
}  // namespace

Value Turn::gate(Value all, std::int64_t number) const {
  return slice(all, {{1, number * hidden, (number + 1) * hidden}});
}

std::int64_t directions_of(const Call& call) {
  const std::string name = call.text("direction", "forward");
  call.require(name == "forward" || name == "reverse" || name == "bidirectional", "there is no direction '",
               name, "'");
  return name == "bidirectional" ? 2 : 1;
}

Value sum_of_biases(const Direction& direction) {
  return direction.input_bias.defined() ? direction.input_bias + direction.hidden_bias : Value();
}

std::vector<Item> recurrent_layer(const Call& call, const Cell& cell) {
  const bool is_batch_first = batch_first(call);
  const Value given = call.input(kX);
  call.require(given.rank() == 3, "its input needs three axes");
  const Value x = is_batch_first ? transpose(given, {1, 0, 2}) : given;
  const bool reversed = call.text("direction", "forward") == "reverse";
  std::vector<Value> outputs;
  std::vector<std::vector<Value>> states(cell.states);
  for (std::int64_t number = 0; number < directions_of(call); ++number) {
    const Scanned scanned = scan_direction(call, cell, x, number, reversed || number == 1);
    if (call.wants(0)) outputs.push_back(insert_axes(scanned.outputs, {1}));
    for (std::size_t i = 0; i < cell.states; ++i)
      states[i].push_back(insert_axes(scanned.states[i], {is_batch_first ? 1 : 0}));
  }
  std::vector<Item> results(1);
  if (call.wants(0)) {
    const Value y = joined(outputs, 1);
    results[0] = is_batch_first ? transpose(y, {2, 0, 1, 3}) : y;
  }
  for (const std::vector<Value>& state : states) results.emplace_back(joined(state, is_batch_first ? 1 : 0));
  return results;
}

}  // namespace tenon::onnx
