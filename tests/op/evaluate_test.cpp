#include "op/expect.h"
#include "tenon/op.h"

namespace tenon::test {
namespace {

Graph linear_step() {
  Graph g("step");
  const Value x = g.input("x", {DType::f64, {"N", 2}});
  const Value w = g.state("w", {DType::f64, {2, 2}});
  g.output("y", matmul(x, w));
  g.update("w", transpose(w));
  return g;
}

TEST(Evaluate, ReadsStatesAndReturnsUpdates) {
  const Evaluation result = evaluate(linear_step(), {counting({1, 2})}, {{"w", counting({2, 2})}});
  expect_same(result.outputs.at(0), f64({1, 2}, {7, 10}));
  expect_same(result.updates.at(0), f64({2, 2}, {1, 3, 2, 4}));
}

TEST(Evaluate, TakesInputsByName) {
  const Evaluation result =
      evaluate_named(linear_step(), {{"x", counting({1, 2})}}, {{"w", counting({2, 2})}});
  expect_same(result.outputs.at(0), f64({1, 2}, {7, 10}));
}

TEST(Evaluate, SaysWhatIsMissingOrWrong) {
  const Graph g = linear_step();
  expect_error([&] { evaluate(g, {}); }, {"'step'", "takes 1 inputs, not 0"});
  expect_error([&] { evaluate_named(g, {{"z", counting({1, 2})}}); }, {"'x' has no value"});
  expect_error([&] { evaluate(g, {counting({1, 2})}); }, {"state 'w' has no value"});
  expect_error([&] { evaluate(g, {counting({1, 3})}); }, {"'x'", "f64[N, 2]", "f64[1, 3]"});
  expect_error([&] { evaluate(g, {Tensor()}); }, {"'x' has no value"});
}

TEST(Evaluate, HoldsASymbolToOneNumber) {
  Graph g;
  const Value a = g.input("a", {DType::f64, {"N"}});
  g.input("b", {DType::f64, {"N"}});
  g.output("y", a);
  expect_error([&] { evaluate(g, {counting({2}), counting({3})}); }, {"dimension N is 2", "3 in 'b'"});
}

TEST(Evaluate, RunsOnlyWhatIsNeeded) {
  Graph g;
  const Value x = g.input("x", {DType::f64, {2}});
  gather(x, g.constant(i64({}, {9})));
  g.output("y", x);
  expect_same(evaluate(g, {counting({2})}).outputs.at(0), counting({2}));
}

TEST(Evaluate, DecomposesWhatHasNoKernel) {
  const Op op = register_op([] {
    OpDef def;
    def.name = "test_transposed_twice";
    def.infer = [](const TypeContext& context) { return std::vector<Type>{context.inputs[0]}; };
    def.decompose = [](const DecomposeContext& d) {
      return std::vector<Value>{transpose(transpose(d.inputs[0]))};
    };
    return def;
  }());
  expect_same(run({counting({2, 3})}, [op](auto x) { return x[0].graph().emit1(op, {x[0]}); }),
              counting({2, 3}));
}

TEST(Evaluate, CatchesAKernelThatBreaksItsTypeRule) {
  const Op op = register_op([] {
    OpDef def;
    def.name = "test_liar";
    def.infer = [](const TypeContext& context) { return std::vector<Type>{context.inputs[0]}; };
    def.kernel = [](const KernelContext&) { return std::vector<Tensor>{Tensor::scalar(1.0)}; };
    return def;
  }());
  Graph g;
  g.output("y", g.emit1(op, {g.input("x", {DType::f64, {2}})}));
  expect_error([&] { evaluate(g, {counting({2})}); }, {"test_liar", "f64[]", "f64[2]"});
}

}  // namespace
}  // namespace tenon::test
