#include "ir/verify.h"

#include <gtest/gtest.h>

#include "tenon/op.h"
#include "tenon/ops.h"

namespace tenon {
namespace {

using Verify = void (*)(const Graph&);

std::string complaint(Verify verify, const Graph& graph) {
  try {
    verify(graph);
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

void expect_complaint(Verify verify, const Graph& graph, std::string_view wanted) {
  EXPECT_NE(complaint(verify, graph).find(wanted), std::string::npos) << complaint(verify, graph);
}

Graph good() {
  return parse(R"(graph good(x: f32[N, 3]) {
    %w = state "w" : f32[3, 3]
    %y = matmul(%x, %w)
    return y = %y
    update "w" = %w
  })");
}

// One node of `op` on an input of f32[2, 3], taken as it stands.
Graph with_node(Node node) {
  Graph g("p");
  g.input("x", {DType::f32, {2, 3}});
  if (node.inputs.empty()) node.inputs = {{0}};
  g.append(std::move(node));
  return g;
}

Node transposed(Type result) { return {Op::transpose, {}, {{"perm", Ints{}}}, {}, {std::move(result)}, ""}; }

TEST(Verify, AcceptsAGoodProgram) { EXPECT_EQ(complaint(verify_source, good()), ""); }

TEST(Verify, HoldsTypesToTheRule) {
  EXPECT_EQ(complaint(verify_typed, with_node(transposed({DType::f32, {3, 2}}))), "");
  expect_complaint(
      verify_source, with_node(transposed({DType::f32, {2, 3}})),
      "program 'p': node 1, transpose: its types are [f32[2, 3]] but its type rule gives [f32[3, 2]]");
  expect_complaint(verify_source, with_node(transposed({DType::f64, {3, 2}})), "f64[3, 2]");
}

TEST(Verify, HoldsAttributesToTheRow) {
  Node node = transposed({DType::f32, {3, 2}});
  node.attrs = {};
  expect_complaint(verify_source, with_node(node), "attributes with a fallback are left out");
  node.attrs = {{"perm", Ints{}}, {"extra", true}};
  expect_complaint(verify_source, with_node(node), "there is no attribute 'extra'");
  node.attrs = {{"perm", true}};
  expect_complaint(verify_source, with_node(node), "'perm' must be integers");
}

TEST(Verify, HoldsInputsToTheRow) {
  Node node = transposed({DType::f32, {3, 2}});
  node.inputs = {{0}, {0}};
  expect_complaint(verify_source, with_node(node), "2 inputs, but it takes 1");
}

TEST(Verify, RefusesTwoUpdatesOfOneState) {
  Graph g = good();
  g.update("w", g.value(*g.find_state("w")));
  expect_complaint(verify_source, g, "state 'w' is updated twice");
}

TEST(Verify, RefusesNamesTakenTwice) {
  Graph g("p");
  const Node leaf{Op::input, {}, {{"name", std::string("x")}}, {}, {{DType::f32, {}}}, ""};
  g.append(leaf);
  g.append(leaf);
  expect_complaint(verify_source, g, "another one has the name 'x' too");
}

TEST(Verify, RefusesAConstantOfAnotherType) {
  Graph g("p");
  g.append({Op::constant, {}, {{"value", Tensor::scalar(1.0)}}, {}, {{DType::f32, {}}}, ""});
  expect_complaint(verify_source, g, "its type is not its value's");
}

TEST(Verify, TypedProgramsAreConcrete) {
  expect_complaint(verify_typed, good(), "input: f32[N, 3] is not concrete");
}

TEST(Verify, TypedProgramsBroadcastExplicitly) {
  const Graph g = parse(R"(graph g(x: f32[2, 3], b: f32[3]) {
    %y = add(%x, %b)
    return y = %y })");
  EXPECT_EQ(complaint(verify_source, g), "");
  expect_complaint(verify_typed, g, "an input of f32[3] is not of the result's shape");
}

TEST(Verify, OnlyLoweredProgramsHoldGroups) {
  const Graph g = parse(R"(graph g(x: f32[2]) {
    %y = fused(%x) {kind = "loops"} { graph group(x: f32[2]) { %e = exp(%x) return e = %e } }
    return y = %y })");
  EXPECT_EQ(complaint(verify_lowered, g), "");
  expect_complaint(verify_typed, g, "node 1, fused: it stands only in lowered programs");
}

TEST(Verify, LooksIntoBodies) {
  const Graph g = parse(R"(graph g(c: bool[], x: f32[2]) {
    %y = if_else(%c, %x) {
      graph a(x: f32[2]) { return x = %x }
      graph b(x: f32[?]) { return x = %x }
    } : f32[2]
    return y = %y })");
  EXPECT_EQ(complaint(verify_source, g), "");
  expect_complaint(verify_typed, g, "program 'b': node 0, input: f32[?] is not concrete");
}

TEST(Verify, TypedProgramsAskForNoShape) {
  Graph g("p");
  const Value x = g.input("x", {DType::f32, {2, 3}});
  shape_of(x);
  EXPECT_EQ(complaint(verify_source, g), "");
  expect_complaint(verify_typed, g, "node 1, shape_of: it stands only in source programs");
  Graph h("p");
  random_uniform_like(h.input("key", {DType::u64, {2}}), h.input("like", {DType::f32, {3}}), 1);
  EXPECT_EQ(complaint(verify_source, h), "");
  expect_complaint(verify_typed, h, "input 1 says a shape; it must be the attribute 'shape' by now");
}

TEST(Verify, TypedProgramsHaveNoOperands) {
  const Graph g = parse(R"(graph p(x: f32[2, 3], axis: i64[]) {
    %y = cumsum(%x, %axis)
    return y = %y })");
  EXPECT_EQ(complaint(verify_source, g), "");
  expect_complaint(verify_typed, g, "node 2, cumsum: its operands must be attributes by now");
}

}  // namespace
}  // namespace tenon
