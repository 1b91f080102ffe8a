#include "conformance/writing.h"
#include "tenon/gradient.h"

namespace tenon::conformance {

namespace {
Type slice_of(Value stacked) {
  Type type = stacked.type();
  type.dims.erase(type.dims.begin());
  return type;
}

std::vector<Type> types_of(const Values& values) {
  std::vector<Type> types;
  for (const Value& value : values) types.push_back(value.type());
  return types;
}

Body body_of(const std::vector<Type>& inputs, const std::function<Values(const Values&)>& write) {
  Graph graph("body");
  Values values;
  for (const Type& type : inputs) values.push_back(graph.input(cat("x", values.size()), type));
  for (const Value& result : write(values)) graph.output(cat("y", graph.outputs().size()), result);
  return std::make_shared<const Graph>(std::move(graph));
}

// A scan whose body is written for the types of what it is handed.
Values scanned(const ScanInputs& inputs, const std::function<Values(const Values&)>& write) {
  std::vector<Type> types = types_of(inputs.carried);
  for (const Value& value : inputs.scanned) types.push_back(slice_of(value));
  for (const Value& value : inputs.captured) types.push_back(value.type());
  return scan(inputs, body_of(types, write));
}

// h ← h + w·x; returns h·x.
Values weighted_sums(const Values& x, bool reverse) {
  return scanned({{x[0]}, {x[1]}, {x[2]}, reverse}, [](const Values& v) {
    const Value next = v[0] + v[2] * v[1];
    return Values{next, next * v[1]};
  });
}

std::vector<Input> sums_of(std::int64_t turns, const Shape& slice) {
  Shape stacked = slice;
  stacked.insert(stacked.begin(), turns);
  return {of(slice), of(stacked), of(slice)};
}

// h ← tanh(h·W + x); returns h.
Values recurrent(const Values& x, bool reverse) {
  return scanned({{x[0]}, {x[1]}, {x[2]}, reverse}, [](const Values& v) {
    const Value next = tanh(matmul(v[0], v[2]) + v[1]);
    return Values{next, next};
  });
}

// Over the rows, and in each over its elements.
Values nested(const Values& x) {
  return scanned({{x[0]}, {x[1]}, {}}, [](const Values& row) {
    return scanned({{row[0]}, {row[1]}, {}}, [](const Values& element) {
      const Value next = element[0] * element[1];
      return Values{next, next + element[1]};
    });
  });
}

// What is carried stays, comes out of one place at two, or is what was captured.
Values handed_on(const Values& x) {
  return scanned({{x[0], x[1]}, {x[2]}, {x[3]}}, [](const Values& v) {
    const Value sum = v[1] + v[2];
    return Values{v[0], sum, sum, v[3], v[2]};
  });
}

// Work before, between and after scans that go both ways.
Values both_ways(const Values& x) {
  const Value scaled = x[1] * x[1];
  const Values forth = weighted_sums({x[0], scaled, x[2]}, false);
  const Values back = weighted_sums({x[0] + x[0], scaled, x[2]}, true);
  const Value joined = forth[1] * back[1];
  const Values again = weighted_sums({forth[0] - back[0], joined, x[2]}, false);
  return {again[0], again[1] + scaled, joined, joined, x[2]};
}

// Each turn does one of two things, as a scanned truth says.
Values chosen_each_turn(const Values& x) {
  return scanned({{x[0]}, {x[1], x[2]}, {}}, [](const Values& v) {
    const Body more = body_of(types_of({v[0], v[2]}), [](const Values& w) { return Values{w[0] + w[1]}; });
    const Body less = body_of(types_of({v[0], v[2]}), [](const Values& w) { return Values{w[0] - w[1]}; });
    return if_else(v[1], {v[0], v[2]}, more, less);
  });
}

// Backwards through a scan: a scan the other way round, and one that records.
Values gradients_of(const Values& results, const Values& x) {
  Values losses;
  for (const Value& result : results) losses.push_back(reduce_sum(result * result));
  return gradient(losses, x);
}

void add_gradients(std::vector<Case>& cases) {
  for (const bool reverse : {false, true})
    cases.push_back({cat("gradient of a recurrent scan", reverse ? ", backwards" : ""),
                     {of({2, 3}, -1, 1), of({4, 2, 3}, -1, 1), of({3, 3}, -0.5, 0.5)},
                     [=](Graph&, const Values& x) { return gradients_of(recurrent(x, reverse), x); },
                     near(16)});
  cases.push_back({"gradient of a scan within a scan",
                   {of({}), of({3, 4}, -1, 1)},
                   [](Graph&, const Values& x) { return gradients_of(nested(x), x); },
                   near(16)});
}

void add_scans(std::vector<Case>& cases) {
  const auto sums = [&](std::string label, std::vector<Input> inputs, bool reverse, Types types) {
    cases.push_back({std::move(label), std::move(inputs),
                     [=](Graph&, const Values& x) { return weighted_sums(x, reverse); }, near(16), types});
  };
  sums("scan", sums_of(5, {3}), false, Types::all);
  sums("scan backwards", sums_of(4, {2, 3}), true, Types::all);
  sums("scan of scalars", sums_of(7, {}), false, Types::some);
  sums("scan of one slice", sums_of(1, {3}), false, Types::some);
  sums("scan of no slices", sums_of(0, {3}), false, Types::some);
  cases.back().open = false;  // the sizes of slices that are not there
  sums("scan of empty slices", sums_of(3, {0}), false, Types::some);
  const auto add = [&](std::string label, std::vector<Input> inputs, Values (*write)(const Values&)) {
    cases.push_back({std::move(label), std::move(inputs), [=](Graph&, const Values& x) { return write(x); },
                     near(16), Types::some});
  };
  add("scan within a scan", {of({}), of({3, 4})}, nested);
  add("scan that hands on", {of({2}), of({3}), of({4, 3}), of({2})}, handed_on);
  add("scans one after the other", {of({3}, -1, 1), of({3, 3}, -1, 1), of({3}, -1, 1)}, both_ways);
  add("scan that chooses", {of({3}), {.shape = {5}, .dtype = DType::boolean}, of({5, 3})}, chosen_each_turn);
  for (const bool reverse : {false, true})
    cases.push_back({cat("recurrent scan", reverse ? ", backwards" : ""),
                     {of({2, 3}), of({4, 2, 3}), of({3, 3})},
                     [=](Graph&, const Values& x) { return recurrent(x, reverse); },
                     near(16)});
  cases.push_back({"large recurrent scan",
                   {of({61, 79}), of({5, 61, 79}), of({79, 79}, -0.1, 0.1)},
                   [](Graph&, const Values& x) { return recurrent(x, false); },
                   near(32),
                   Types::some,
                   true});
}

Values chosen(const Values& x) {
  const Values captured{x[1], x[2]};
  const Body product = body_of(types_of(captured), [](const Values& v) { return Values{v[0] * v[1], v[0]}; });
  const Body sum = body_of(types_of(captured), [](const Values& v) { return Values{v[0] + v[1], v[1]}; });
  Values results = if_else(x[0], captured, product, sum);
  for (const Value& other : if_else(logical_not(x[0]), captured, product, sum)) results.push_back(other);
  return results;
}

// Its condition is computed, and its results are worked on.
Values chosen_between_work(const Values& x) {
  const Value condition =
      greater(reduce_sum(cast(x[0], DType::i64)), x[0].graph().constant(Tensor::scalar(std::int64_t{0})));
  const Values captured{x[1] * x[1]};
  const Body same = body_of(types_of(captured), [](const Values& v) { return v; });
  const Body twice = body_of(types_of(captured), [](const Values& v) { return Values{v[0] + v[0]}; });
  return {if_else(condition, captured, same, twice)[0] * x[1]};
}

void add_choices(std::vector<Case>& cases) {
  cases.push_back({"if_else",
                   {{.shape = {}, .dtype = DType::boolean}, of({3, 2}), of({3, 2})},
                   [](Graph&, const Values& x) { return chosen(x); },
                   near(4)});
  cases.push_back({"if_else between work",
                   {integers({3}, 1, 5), of({5})},
                   [](Graph&, const Values& x) { return chosen_between_work(x); },
                   near(8),
                   Types::some});
}

Value integer(Graph& graph, std::int64_t number) { return graph.constant(Tensor::scalar(number)); }

// x ← x + y, for at most so many turns and until the turn that is handed in.
Values turned(Value trips, Value go_on, Value last, Value x, Value y) {
  const std::vector<Type> types{{DType::i64, {}}, x.type(), y.type(), {DType::i64, {}}};
  const Body body = body_of(types, [](const Values& v) { return Values{less(v[0], v[3]), v[1] + v[2]}; });
  return loop(trips, go_on, {x}, {y, last}, body);
}

// Loops that end by their count at each remainder of two, by their condition, and before they begin.
Values loops(Graph& graph, const Values& x) {
  const Value yes = graph.constant(Tensor::scalar(true));
  Values results;
  for (const std::int64_t trips : {-1, 0, 1, 2, 5})
    results.push_back(turned(integer(graph, trips), yes, integer(graph, 100), x[0], x[1])[0]);
  for (const std::int64_t last : {0, 1, 4})
    results.push_back(turned(integer(graph, 1000), yes, integer(graph, last), x[0], x[1])[0]);
  results.push_back(turned(x[2], logical_not(yes), x[2], x[0], x[1])[0]);
  results.push_back(turned(x[2], yes, x[2], results[4], x[1] * x[1])[0] + x[0]);
  return results;
}

// Each turn runs a loop of as many turns as have gone before.
Values loop_in_a_loop(Graph& graph, const Values& x) {
  const std::vector<Type> types{{DType::i64, {}}, x[0].type(), x[1].type()};
  const Body body = body_of(types, [](const Values& v) {
    const Value yes = v[0].graph().constant(Tensor::scalar(true));
    return Values{yes, turned(v[0], yes, integer(v[0].graph(), 100), v[1], v[2])[0]};
  });
  return loop(integer(graph, 4), graph.constant(Tensor::scalar(true)), {x[0]}, {x[1]}, body);
}

void add_loops(std::vector<Case>& cases) {
  cases.push_back({"loop", {of({3}), of({3}), integers({}, 3, 4)}, loops, near(16)});
  cases.push_back({"loop in a loop", {of({3}), of({3})}, loop_in_a_loop, near(16), Types::some});
}
}  // namespace

void add_bodies(CaseTable& table) {
  add_scans(table[Op::scan]);
  add_gradients(table[Op::scan]);
  add_choices(table[Op::if_else]);
  add_loops(table[Op::loop]);
}

}  // namespace tenon::conformance
