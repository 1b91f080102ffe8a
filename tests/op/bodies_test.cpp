#include "op/gradient_check.h"

namespace tenon::test {
namespace {

Body body(std::string_view text) { return std::make_shared<const Graph>(parse(text)); }
Tensor truth(bool value) { return Tensor::scalar(value); }

Body doubled() { return body("graph doubled(x: f64[?]) { %y = add(%x, %x) return y = %y }"); }
Body squared() { return body("graph squared(x: f64[?]) { %y = mul(%x, %x) return y = %y }"); }

TEST(IfElse, RunsOneBody) {
  const auto chosen = [](bool condition) {
    return run({truth(condition), counting({3})},
               [](auto v) { return if_else(v[0], {v[1]}, doubled(), squared())[0]; });
  };
  expect_same(chosen(true), f64({3}, {2, 4, 6}));
  expect_same(chosen(false), f64({3}, {1, 4, 9}));
}

TEST(IfElse, SaysWhatDoesNotFit) {
  Graph g;
  const Value c = g.input("c", {DType::boolean, {}});
  const Value x = g.input("x", {DType::f64, {3}});
  const Value i = g.input("i", {DType::i64, {3}});
  const Body shape = body("graph shape(x: f64[?]) { %y = shape_of(%x) return y = %y }");
  const Body state = body("graph state(x: f64[?]) { %w = state \"w\" : f64[] return y = %x }");
  expect_error([&] { if_else(x, {x}, doubled(), squared()); }, {"if_else", "bool scalar"});
  expect_error([&] { if_else(c, {i}, doubled(), squared()); },
               {"input 0 of body 'doubled' is f64[?]", "i64[3]"});
  expect_error([&] { if_else(c, {}, doubled(), squared()); }, {"takes 1 inputs and is handed 0"});
  expect_error([&] { if_else(c, {x}, doubled(), shape); }, {"different types"});
  expect_error([&] { if_else(c, {x}, doubled(), state); }, {"body 'state' holds a state"});
}

// Doubles x until it is larger than the limit.
Body until() {
  return body(R"(graph until(turn: i64[], x: f64[], limit: f64[]) {
    %y = add(%x, %x)
    %go = less(%y, %limit)
    return go = %go, y = %y })");
}

TEST(Loop, RunsWhileTheConditionHolds) {
  const auto looped = [](std::int64_t trips, bool condition) {
    return run({i64({}, {trips}), truth(condition), f64({}, {1}), f64({}, {100})},
               [](auto v) { return loop(v[0], v[1], {v[2]}, {v[3]}, until())[0]; })
        .number();
  };
  EXPECT_EQ(looped(INT64_MAX, true), 128);
  EXPECT_EQ(looped(3, true), 8);
  EXPECT_EQ(looped(-1, true), 1);
  EXPECT_EQ(looped(3, false), 1);
}

TEST(Loop, CountsItsTurns) {
  const Body sum = body(R"(graph sum(turn: i64[], total: i64[], go: bool[]) {
    %next = add(%total, %turn)
    return go = %go, total = %next })");
  const Tensor total = run({i64({}, {5}), truth(true), i64({}, {0})},
                           [&](auto v) { return loop(v[0], v[1], {v[2]}, {v[1]}, sum)[0]; });
  EXPECT_EQ(total.number(), 10);
}

TEST(Loop, SaysWhatDoesNotFit) {
  Graph g;
  const Value trips = g.input("trips", {DType::i64, {}});
  const Value go = g.input("go", {DType::boolean, {}});
  const Value x = g.input("x", {DType::f64, {}});
  expect_error([&] { loop(x, go, {x}, {x}, until()); }, {"loop", "i64 scalar"});
  expect_error([&] { loop(trips, go, {x, x}, {}, until()); },
               {"must return whether to go on", "the 2 carried"});
}

// h ← h·w + x; returns h² too.
Body recurrence() {
  return body(R"(graph recurrence(h: f64[2], x: f64[2], w: f64[2]) {
    %hw = mul(%h, %w)
    %next = add(%hw, %x)
    %squared = mul(%next, %next)
    return h = %next, y = %squared })");
}

std::vector<Value> run_scan(const std::vector<Value>& v, bool reverse) {
  return scan({{v[0]}, {v[1]}, {v[2]}, reverse}, recurrence());
}

const std::vector<Tensor>& scan_inputs() {
  static const std::vector<Tensor> kInputs = {f64({2}, {1, 2}), f64({3, 2}, {1, 2, 3, 4, 5, 6}),
                                              f64({2}, {2, 1})};
  return kInputs;
}

TEST(Scan, CarriesAndStacks) {
  const auto y = run_all(scan_inputs(), [](Graph&, const auto& v) { return run_scan(v, false); });
  expect_same(y[0], f64({2}, {23, 14}));
  expect_same(y[1], f64({3, 2}, {9, 16, 81, 64, 529, 196}));
}

TEST(Scan, RunsBackwards) {
  const auto y = run_all(scan_inputs(), [](Graph&, const auto& v) { return run_scan(v, true); });
  expect_same(y[0], f64({2}, {35, 14}));
  expect_same(y[1], f64({3, 2}, {1225, 196, 289, 144, 49, 64}));
}

TEST(Scan, OfNothingReturnsWhatWasCarried) {
  const auto y = run_all({f64({2}, {1, 2}), Tensor::zeros(DType::f64, {0, 2}), f64({2}, {2, 1})},
                         [](Graph&, const auto& v) { return run_scan(v, false); });
  expect_same(y[0], f64({2}, {1, 2}));
  expect_same(y[1], Tensor::zeros(DType::f64, {0, 2}));
}

TEST(Scan, SaysWhatDoesNotFit) {
  Graph g;
  const Value h = g.input("h", {DType::f64, {2}});
  const Value x = g.input("x", {DType::f64, {3, 2}});
  const Value longer = g.input("longer", {DType::f64, {4, 2}});
  expect_error([&] { scan({{h}, {x, longer}, {}}, recurrence()); }, {"scan", "3 and 4"});
  expect_error([&] { scan({{h}, {h}, {h}}, recurrence()); }, {"input 1 of body 'recurrence'", "f64[]"});
  expect_error([&] { scan({{h}, {}, {}}, recurrence()); }, {"at least one value must be scanned"});
}

TEST(BodyGradient, OfIfElse) {
  for (const bool condition : {true, false})
    expect_gradients({truth(condition), scattered({3})},
                     [](auto v) { return if_else(v[0], {v[1]}, doubled(), squared())[0]; });
}

TEST(BodyGradient, OfScanInBothDirections) {
  const std::vector<Tensor> inputs = {scattered({2}), scattered({3, 2}, 1), scattered({2}, 2)};
  for (const bool reverse : {false, true})
    expect_gradient(inputs, [&](Graph&, const auto& v) { return run_scan(v, reverse); });
}

TEST(BodyGradient, OfAScanOfWhichOnlyTheOutputsCount) {
  const std::vector<Tensor> inputs = {scattered({2}), scattered({3, 2}, 1), scattered({2}, 2)};
  expect_gradient(inputs, [](Graph&, const auto& v) { return std::vector<Value>{run_scan(v, false)[1]}; });
}

TEST(BodyGradient, OfAScanThatCarriesNothing) {
  const Body map = body("graph map(x: f64[2], w: f64[2]) { %y = mul(%x, %w) return y = %y }");
  expect_gradient({scattered({3, 2}), scattered({2}, 1)},
                  [&](Graph&, const auto& v) { return scan({{}, {v[0]}, {v[1]}}, map); });
}

TEST(BodyGradient, PassesIntegersBy) {
  const Body counted = body(R"(graph counted(n: i64[], h: f64[], x: f64[], k: i64[]) {
    %more = add(%n, %k)
    %scale = cast(%more) {dtype = f64}
    %scaled = mul(%x, %scale)
    %next = add(%h, %scaled)
    return n = %more, h = %next, n2 = %more, h2 = %next })");
  expect_gradient({i64({}, {1}), scattered({}), scattered({3}, 1), i64({}, {2})},
                  [&](Graph&, const auto& v) { return scan({{v[0], v[1]}, {v[2]}, {v[3]}}, counted); });
}

TEST(BodyGradient, OfALoopSaysWhatToUse) {
  Graph g;
  const Value x = g.input("x", {DType::f64, {}});
  const Value y = loop(g.constant(i64({}, {3})), g.constant(truth(true)), {x}, {x}, until())[0];
  expect_error([&] { gradient(std::vector{y}, std::vector{x}); }, {"loop", "use scan"});
}

}  // namespace
}  // namespace tenon::test
