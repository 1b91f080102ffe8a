#include "pass/specialise.h"

#include "pass/dead.h"
#include "pass/expect.h"

namespace tenon {
namespace {

void expect_specialised(std::string_view before, const std::map<std::string, Type>& inputs,
                        std::string_view after) {
  expect_pass(before, [&](const Graph& graph) { return remove_dead(specialise(graph, inputs)); }, after);
}

TEST(Specialise, MakesBroadcastsExplicit) {
  expect_specialised(R"(graph g(x: f32[N, 3], b: f32[3]) {
    %2 = add(%x, %b)
    return y = %2 })",
                     {{"x", {DType::f32, {8, 3}}}}, R"(graph g(x: f32[8, 3], b: f32[3]) {
    %2 = broadcast_to(%b) {shape = [8, 3]}
    %3 = add(%x, %2)
    return y = %3 })");
}

TEST(Specialise, SumsOverWhatWasStretched) {
  expect_specialised(R"(graph g(dy: f32[N, 3], b: f32[3]) {
    %2 = sum_to_like(%dy, %b)
    return y = %2 })",
                     {{"dy", {DType::f32, {8, 3}}}}, R"(graph g(dy: f32[8, 3], b: f32[3]) {
    %2 = reduce_sum(%dy) {axes = [0], keep = true}
    %3 = reshape(%2) {shape = [3]}
    return y = %3 })");
}

TEST(Specialise, DoesTheArithmeticOnShapes) {
  expect_specialised(R"(graph g(x: f32[N, 4]) {
    %1 = shape_of(%x)
    %2 = constant i64[2] {2, 2}
    %3 = mul(%1, %2)
    %4 = broadcast_to(%x, %1)
    return y = %4, s = %3 })",
                     {{"x", {DType::f32, {3, 4}}}}, R"(graph g(x: f32[3, 4]) {
    %1 = constant i64[2] {6, 8}
    return y = %x, s = %1 })");
}

TEST(Specialise, RefusesAShapeThatDoesNotFit) {
  const Graph program = parse("graph g(x: f32[N, 3]) { return y = %x }");
  EXPECT_THROW(specialise(program, {{"x", {DType::f32, {8, 4}}}}), Error);
  EXPECT_THROW(specialise(program, {{"x", {DType::f64, {8, 3}}}}), Error);
  EXPECT_THROW(specialise(program, {{"z", {DType::f32, {8, 3}}}}), Error);
  EXPECT_THROW(specialise(program, {}), Error);
}

}  // namespace
}  // namespace tenon
