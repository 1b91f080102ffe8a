#include <algorithm>
#include <set>

#include "ir/types.h"
#include "onnx/bodies.h"
#include "onnx/rules.h"
#include "onnx/shapes.h"
#include "op/writing.h"

// Loop(trips, condition, carried…) with body(turn, condition, carried…) → (condition, carried…, outputs…).
// Where the number of turns is known before the model runs, or follows from shapes, it is a scan over the
// turns' numbers, which plans as one; else a loop, whose carried values may change their shapes. A loop that
// lets a sequence grow is written out turn by turn. A condition that is not given holds at first, and what
// the body returns counts all the same.
namespace tenon::onnx {

namespace {
constexpr std::int64_t kMostScanned = 1 << 30;  // turns
constexpr std::int64_t kMostWrittenOut = 1024;
constexpr int kExactRounds = 3;

enum class Form { scan, loop };

struct Written {
  std::shared_ptr<const Graph> graph;
  std::vector<Value> captured;
  std::vector<Type> next;  // of the carried values after a turn
  Layout carried;
  Layout outputs;
  bool ends_early = false;  // the condition may become false
};

struct Loop {
  const Call& call;
  const GraphDef& def;
  std::vector<Item> initial;
  Layout layout;
};

// A body may want the turn and the condition as vectors of one.
Value shaped_for(const ValueDef& input, Value scalar) {
  return input.dims && input.dims->size() == 1 ? reshape(scalar, Ints{1}) : scalar;
}

// What a turn returns is not defined where the body says less than it has to.
void check_counts(const Loop& loop, const std::vector<Item>& results) {
  loop.call.require(results.size() > loop.initial.size(), "its body returns ", results.size(),
                    " values: it needs a condition and ", loop.initial.size(), " carried values");
  loop.call.require(results[0].value.defined(), "its body's condition is a sequence");
}

std::vector<Item> import_turn(const Loop& loop, Body& body, Value turn, const std::vector<Item>& carried) {
  loop.call.require(loop.def.inputs.size() == carried.size() + 2, "its body takes ", loop.def.inputs.size(),
                    " inputs, not ", carried.size() + 2);
  const Value on = body.graph().constant(Tensor::scalar(true));  // a turn begins only where it holds
  std::vector<Item> inputs{shaped_for(loop.def.inputs[0], turn), shaped_for(loop.def.inputs[1], on)};
  inputs.insert(inputs.end(), carried.begin(), carried.end());
  std::vector<Item> results = import_body(loop.call, loop.def, body, inputs);
  check_counts(loop, results);
  return results;
}

bool is_known_true(Body& body, Value condition) {
  const auto known = body.known().find(condition.ref());
  return known && known->size() == 1 && known->number() != 0;
}

std::size_t behind_carried(const Loop& loop) { return 1 + loop.initial.size(); }

Written write_body(const Loop& loop, const std::vector<Type>& types, Form form) {
  Body body(form == Form::scan ? "turn" : "loop", loop.call.scope().body());
  const Type scalar{DType::i64, {}};
  Value turn;
  if (form == Form::loop) turn = body.graph().input("turn", scalar);
  std::vector<Value> carried;
  for (const Type& type : types) carried.push_back(body.graph().input(cat("carried", carried.size()), type));
  if (form == Form::scan) turn = body.graph().input("turn", scalar);
  body.set_turn(turn);

  const std::vector<Item> results = import_turn(loop, body, turn, items_of(loop.layout, carried));
  const auto behind = results.begin() + static_cast<std::ptrdiff_t>(behind_carried(loop));
  const std::vector<Item> next(results.begin() + 1, behind), outputs(behind, results.end());
  Written written;
  written.carried = layout_of(next);
  written.outputs = layout_of(outputs);
  written.next = types_of(values_of(next));
  written.ends_early = !is_known_true(body, results[0].value);
  std::vector<Value> returned;
  if (form == Form::loop) returned.push_back(as_scalar(results[0].value));
  for (const std::vector<Item>& items : {next, outputs})
    for (const Value& value : values_of(items)) returned.push_back(value);
  written.captured = body.captured();
  written.graph = finished(body, returned);
  return written;
}

// Types that fit before and after a turn.
std::vector<Type> widened(const std::vector<Type>& before, const std::vector<Type>& after, bool exactly) {
  std::vector<Type> types;
  for (std::size_t i = 0; i < before.size(); ++i) {
    const bool same_rank = before[i].ranked && after[i].ranked && before[i].rank() == after[i].rank();
    types.push_back(common(before[i], after[i]));
    if (exactly || types[i] == before[i]) continue;
    types[i] = Type::unranked(before[i].dtype);
    if (same_rank) types[i] = {before[i].dtype, std::vector<Dim>(before[i].dims.size(), Dim::unknown())};
  }
  return types;
}

void check_types(const Loop& loop, const std::vector<Type>& before, const std::vector<Type>& after) {
  for (std::size_t i = 0; i < before.size(); ++i)
    loop.call.require(before[i].dtype == after[i].dtype, "its carried value ", i, " is ", before[i],
                      ", and a turn makes it ", after[i]);
}

// Whether a value follows from shapes and constants alone.
bool follows_from_shapes(const Graph& graph, Ref value) {
  std::set<Ref> seen{value};
  std::vector<Ref> open{value};
  while (!open.empty()) {
    const Node& node = graph.node(open.back());
    open.pop_back();
    if (node.op == Op::input || node.op == Op::state) return false;
    if (node.op == Op::shape_of) continue;
    for (const Ref input : node.inputs)
      if (seen.insert(input).second) open.push_back(input);
  }
  return true;
}

std::vector<Item> results_of(const Loop& loop, const Written& written, std::span<const Value> values) {
  Layout layout = loop.layout;
  layout.insert(layout.end(), written.outputs.begin(), written.outputs.end());
  return items_of(layout, values);
}

std::vector<Item> as_scan(const Loop& loop, const Written& written, Value trips) {
  ScanInputs inputs;
  inputs.carried = values_of(loop.initial);
  inputs.scanned = {counted(loop.call, maximum(reshape(trips, Ints{1}), 0.0))};
  inputs.captured = written.captured;
  return results_of(loop, written, scan(inputs, written.graph));
}

std::vector<Item> as_loop(const Loop& loop, Value trips, Value condition) {
  const std::vector<Value> initial = values_of(loop.initial);
  std::vector<Type> types = types_of(initial);
  for (int round = 0;; ++round) {
    const Written written = write_body(loop, types, Form::loop);
    loop.call.require(written.carried == loop.layout,
                      "a sequence that grows in a loop needs a number of turns that is known");
    check_types(loop, types, written.next);
    const std::vector<Type> wider = widened(types, written.next, round < kExactRounds);
    if (wider == types)
      return results_of(loop, written,
                        tenon::loop(trips, condition, initial, written.captured, written.graph));
    types = wider;
  }
}

Value stacked(const std::vector<Value>& slices) {
  std::vector<Value> rows;
  for (const Value& slice : slices) rows.push_back(insert_axes(slice, {0}));
  return concat(rows, 0);
}

std::vector<Item> written_out(const Loop& loop, std::int64_t trips) {
  std::vector<Item> carried = loop.initial;
  std::vector<std::vector<Value>> outputs;
  for (std::int64_t turn = 0; turn < trips; ++turn) {
    const std::vector<Item> results =
        import_turn(loop, loop.call.scope().body(), loop.call.constant(Tensor::scalar(turn)), carried);
    const auto behind = results.begin() + static_cast<std::ptrdiff_t>(behind_carried(loop));
    carried.assign(results.begin() + 1, behind);
    outputs.resize(static_cast<std::size_t>(results.end() - behind));
    for (std::size_t i = 0; i < outputs.size(); ++i) {
      loop.call.require(behind[static_cast<std::ptrdiff_t>(i)].value.defined(), "its body's outputs are ",
                        "tensors, not sequences");
      outputs[i].push_back(behind[static_cast<std::ptrdiff_t>(i)].value);
    }
    const auto on = loop.call.known(results[0].value);
    loop.call.require(on && on->size() == 1,
                      "a sequence that grows in a loop needs a condition that is known");
    if (on->number() == 0) break;
  }
  std::vector<Item> results = carried;
  for (const std::vector<Value>& slices : outputs) results.emplace_back(stacked(slices));
  return results;
}

std::vector<Item> looping(const Call& call) {
  Loop loop{call, call.graph_attribute("body"), {}, {}};
  for (std::size_t i = 2; i < call.input_count(); ++i) loop.initial.push_back(call.item(i));
  loop.layout = layout_of(loop.initial);

  const Value trips =
      call.has(0) ? as_scalar(call.input(0)) : call.constant(Tensor::scalar<std::int64_t>(INT64_MAX));
  const Value condition = call.has(1) ? as_scalar(call.input(1)) : call.constant(Tensor::scalar(true));
  const auto known_trips = call.known(trips);
  const bool is_countable = known_trips ? known_trips->as<std::int64_t>()[0] <= kMostScanned
                                        : follows_from_shapes(call.graph(), trips.ref());
  if (is_countable && is_known_true(call.scope().body(), condition)) {
    const std::vector<Type> types = types_of(values_of(loop.initial));
    const Written written = write_body(loop, types, Form::scan);
    if (!written.ends_early && written.carried == loop.layout && written.next == types)
      return as_scan(loop, written, trips);
    const std::int64_t turns = known_trips ? known_trips->as<std::int64_t>()[0] : 0;
    if (written.carried != loop.layout && turns > 0 && turns <= kMostWrittenOut)
      return written_out(loop, turns);
  }
  return as_loop(loop, trips, condition);
}
}  // namespace

void add_loop_rules(Rules& rules) { rules.add("Loop", looping); }

}  // namespace tenon::onnx
