#include "pass/specialise.h"

#include "ir/verify.h"
#include "pass/dead.h"
#include "pass/expect.h"
#include "tenon/gradient.h"
#include "tenon/ops.h"

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
    %3 = reshape(%2) {shape = [3], zero_copies = false}
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

TEST(Specialise, SaysAShapeByTheAttribute) {
  expect_specialised(R"(graph g(dy: f32[N, 2, 4], w: f32[2, 3, 3], x: f32[N, 3, L], key: u64[2]) {
    %dx = conv_transpose(%dy, %w, %x) {strides = [2]}
    %s = shape_of(%x)
    %r = reshape(%dx, %s)
    %n = random_uniform(%key, %x) {stream = 1}
    return r = %r, n = %n })",
                     {{"dy", {DType::f32, {0, 2, 4}}}, {"x", {DType::f32, {0, 3, 10}}}},
                     R"(graph g(dy: f32[0, 2, 4], w: f32[2, 3, 3], x: f32[0, 3, 10], key: u64[2]) {
    %dx = conv_transpose(%dy, %w) {shape = [0, 3, 10], strides = [2]}
    %r = reshape(%dx) {shape = [0, 3, 10], zero_copies = false}
    %n = random_uniform(%key) {shape = [0, 3, 10], stream = 1}
    return r = %r, n = %n })");
}

TEST(Specialise, GoesIntoBodies) {
  expect_specialised(R"(graph g(h: f32[N], xs: f32[T, N], b: f32[]) {
    %last, %all = scan(%h, %xs, %b) {carried = 1, scanned = 1} {
      graph turn(h: f32[?], x: f32[?], b: f32[]) {
        %sum = add(%h, %x)
        %next = add(%sum, %b)
        return h = %next, y = %next
      }
    }
    return last = %last, all = %all })",
                     {{"h", {DType::f32, {4}}}, {"xs", {DType::f32, {5, 4}}}},
                     R"(graph g(h: f32[4], xs: f32[5, 4], b: f32[]) {
    %last, %all = scan(%h, %xs, %b) {carried = 1, scanned = 1} {
      graph turn(h: f32[4], x: f32[4], b: f32[]) {
        %sum = add(%h, %x)
        %wide = broadcast_to(%b) {shape = [4]}
        %next = add(%sum, %wide)
        return h = %next, y = %next
      }
    } : f32[4], f32[5, 4]
    return last = %last, all = %all })");
}

// The gradients of all that has one for images, typed.
TEST(Specialise, TypesAConvolutionalGradient) {
  Graph g;
  const Value x = g.input("x", {DType::f32, {"N", 3, 8, 8}});
  const Value w = g.state("w", {DType::f32, {4, 3, 3, 3}});
  const Value y = conv(x, w, {.pads_low = {1, 1}, .pads_high = {1, 1}});
  const Value pooled = avg_pool(max_pool(relu(y), {.kernel = {2, 2}}).values, {.kernel = {2, 2}});
  g.output("dw", gradient(std::vector{reduce_sum(pooled)}, std::vector{w})[0]);
  const Graph typed = remove_dead(specialise(g, {{"x", {DType::f32, {2, 3, 8, 8}}}}));
  EXPECT_NO_THROW(verify_typed(typed)) << print(typed);
  EXPECT_EQ(to_string(typed.type(typed.outputs()[0].ref)), "f32[4, 3, 3, 3]");
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
