#include "pass/multiply_bytes.h"

#include <gtest/gtest.h>

#include "op/evaluate.h"
#include "pass/dead.h"
#include "pass/expect.h"
#include "pass/specialise.h"

namespace tenon {
namespace {

bool always(const Graph&, const Node&) { return true; }

Graph multiplied(const Graph& graph) { return remove_dead(multiply_bytes(graph, always)); }

void expect_unchanged(std::string_view text) { expect_pass(text, multiplied, text); }

Tensor bytes(const Type& type) {
  Tensor tensor = Tensor::empty(type.dtype, type.shape());
  for (std::int64_t i = 0; i < tensor.size(); ++i) {
    const std::int64_t number = i * 37 % 256 - (is_signed_int(type.dtype) ? 128 : 0);
    tensor.set_number(i, static_cast<double>(number));
  }
  return tensor;
}

// The same sums to the last bit, or numbers that are off by rounding alone.
void expect_same_numbers(std::string_view text, double tolerance = 0) {
  const Graph before = parse(text);
  const Graph after = specialise(multiplied(before), {});
  EXPECT_NE(print(after).find("result = i32"), std::string::npos) << print(after);
  std::vector<Tensor> inputs;
  for (const std::uint32_t id : before.inputs()) inputs.push_back(bytes(before.nodes()[id].results[0]));
  TensorMap states;
  for (const Node& node : before.nodes())
    if (node.op == Op::state) states.emplace(name_of(node), bytes(node.results[0]));
  const Tensor wanted = evaluate(before, inputs, states).outputs[0];
  const Tensor got = evaluate(after, inputs, states).outputs[0];
  for (std::int64_t i = 0; i < wanted.size(); ++i)
    ASSERT_NEAR(got.number(i), wanted.number(i), tolerance * std::abs(wanted.number(i))) << i;
}

TEST(MultiplyBytes, ScalesTheSumsOfBytes) {
  expect_pass(R"(graph g(x: u8[2, 3]) {
    %1 = state "w" : i8[3, 4]
    %2 = state "s" : f32[4]
    %3 = constant f32[] {0.5}
    %4 = cast(%x) {dtype = f32}
    %5 = broadcast_to(%3) {shape = [2, 3]}
    %6 = mul(%4, %5)
    %7 = cast(%1) {dtype = f32}
    %8 = broadcast_to(%2) {shape = [3, 4]}
    %9 = mul(%7, %8)
    %10 = matmul(%6, %9)
    return y = %10 })",
              multiplied, R"(graph g(x: u8[2, 3]) {
    %1 = state "w" : i8[3, 4]
    %2 = state "s" : f32[4]
    %3 = constant f32[] {0.5}
    %4 = matmul(%x, %1) {result = i32}
    %5 = cast(%4) {dtype = f32}
    %6 = reshape(%3) {shape = []}
    %7 = reshape(%2) {shape = [4]}
    %8 = mul(%6, %7)
    %9 = mul(%5, %8)
    return y = %9 })");
}

TEST(MultiplyBytes, TakesAZeroPointByTheSumsOfTheWeights) {
  expect_pass(R"(graph g(x: u8[1, 2, 4, 4]) {
    %1 = state "w" : i8[3, 2, 1, 1]
    %2 = constant i32[] {7}
    %3 = cast(%x) {dtype = i32}
    %4 = broadcast_to(%2) {shape = [1, 2, 4, 4]}
    %5 = sub(%3, %4)
    %6 = cast(%1) {dtype = i32}
    %7 = conv(%5, %6)
    return y = %7 })",
              multiplied, R"(graph g(x: u8[1, 2, 4, 4]) {
    %1 = state "w" : i8[3, 2, 1, 1]
    %2 = constant i32[] {7}
    %3 = conv(%x, %1) {result = i32}
    %4 = cast(%1) {dtype = i32}
    %5 = reduce_sum(%4) {axes = [1, 2, 3]}
    %6 = reshape(%5) {shape = [1, 3, 1, 1]}
    %7 = reshape(%2) {shape = []}
    %8 = mul(%7, %6)
    %9 = sub(%3, %8)
    return y = %9 })");
}

constexpr std::string_view kPadded = R"(graph g(x: u8[1, 2, 5, 5]) {
    %1 = state "w" : i8[3, 2, 3, 3]
    %2 = constant i32[] {200}
    %3 = cast(%x) {dtype = i32}
    %4 = broadcast_to(%2) {shape = [1, 2, 5, 5]}
    %5 = sub(%3, %4)
    %6 = cast(%1) {dtype = i32}
    %7 = conv(%5, %6) {pads_low = [1, 0], pads_high = [1, 2]}
    return y = %7 })";

TEST(MultiplyBytes, PutsTheZeroPointAroundAnImage) {
  expect_same_numbers(kPadded);
  EXPECT_NE(print(multiplied(parse(kPadded))).find("value = 200"), std::string::npos);
}

TEST(MultiplyBytes, MovesSignedImagesAndUnsignedWeights) {
  expect_same_numbers(R"(graph g(x: i8[1, 2, 5, 5]) {
    %1 = state "w" : u8[3, 2, 3, 3]
    %2 = constant i32[3, 1, 1, 1] {128, 128, 128}
    %3 = cast(%x) {dtype = i32}
    %4 = cast(%1) {dtype = i32}
    %5 = broadcast_to(%2) {shape = [3, 2, 3, 3]}
    %6 = sub(%4, %5)
    %7 = conv(%3, %6) {pads_low = [1, 1], pads_high = [1, 1]}
    return y = %7 })");
}

TEST(MultiplyBytes, TakesZeroPointsOfBothSidesOfMatrices) {
  expect_same_numbers(R"(graph g(x: u8[4, 3], zx: u8[4, 1]) {
    %2 = state "w" : i8[3, 5]
    %3 = state "zw" : i8[5]
    %4 = cast(%x) {dtype = i32}
    %5 = cast(%zx) {dtype = i32}
    %6 = broadcast_to(%5) {shape = [4, 3]}
    %7 = sub(%4, %6)
    %8 = cast(%2) {dtype = i32}
    %9 = cast(%3) {dtype = i32}
    %10 = broadcast_to(%9) {shape = [3, 5]}
    %11 = sub(%8, %10)
    %12 = matmul(%7, %11)
    return y = %12 })");
}

TEST(MultiplyBytes, SeesThatManyZeroPointsAreZero) {
  expect_same_numbers(R"(graph g(x: u8[1, 2, 5, 5]) {
    %1 = state "w" : i8[3, 2, 3, 3]
    %2 = constant i8[3] {0, 0, 0}
    %3 = cast(%2) {dtype = i32}
    %4 = reshape(%3) {shape = [3, 1, 1, 1]}
    %5 = broadcast_to(%4) {shape = [3, 2, 3, 3]}
    %6 = cast(%x) {dtype = i32}
    %7 = cast(%1) {dtype = i32}
    %8 = sub(%7, %5)
    %9 = conv(%6, %8)
    return y = %9 })");
}

TEST(MultiplyBytes, KnowsConstantsThatAreBytes) {
  expect_same_numbers(R"(graph g(x: u8[2, 3]) {
    %1 = constant f32[2, 3] {1, -2, 3, 127, -128, 0}
    %2 = constant f32[2, 1] {0.5, 0.25}
    %3 = broadcast_to(%2) {shape = [2, 3]}
    %4 = mul(%1, %3)
    %5 = constant f32[] {17}
    %6 = cast(%x) {dtype = f32}
    %7 = broadcast_to(%5) {shape = [2, 3]}
    %8 = sub(%6, %7)
    %9 = matmul(%8, %4) {transpose_b = true}
    return y = %9 })",
                      1e-6);
}

TEST(MultiplyBytes, LeavesWhatIsNotMadeOfBytesAlone) {
  expect_unchanged(R"(graph g(x: u8[2, 3]) {
    %1 = state "w" : f32[3, 4]
    %2 = cast(%x) {dtype = f32}
    %3 = matmul(%2, %1)
    return y = %3 })");
  expect_unchanged(R"(graph g(x: u8[2, 3]) {
    %1 = constant f32[3, 1] {1, 2, 0.5}
    %2 = cast(%x) {dtype = f32}
    %3 = matmul(%2, %1)
    return y = %3 })");
}

TEST(MultiplyBytes, LeavesScalesThatAreSummedOverAlone) {
  expect_unchanged(R"(graph g(x: u8[2, 3]) {
    %1 = state "w" : i8[3, 4]
    %2 = state "s" : f32[3, 1]
    %3 = cast(%x) {dtype = f32}
    %4 = cast(%1) {dtype = f32}
    %5 = broadcast_to(%2) {shape = [3, 4]}
    %6 = mul(%4, %5)
    %7 = matmul(%3, %6)
    return y = %7 })");
}

TEST(MultiplyBytes, LeavesSumsThatCouldOverflowAlone) {
  expect_unchanged(R"(graph g(x: u8[1, 40000]) {
    %1 = state "w" : i8[40000, 1]
    %2 = cast(%x) {dtype = f32}
    %3 = cast(%1) {dtype = f32}
    %4 = matmul(%2, %3)
    return y = %4 })");
}

TEST(MultiplyBytes, LeavesWhatTheBackendHasNotAlone) {
  const Graph graph = parse(kPadded);
  const auto never = [](const Graph&, const Node&) { return false; };
  EXPECT_EQ(print(remove_dead(multiply_bytes(graph, never))), print(graph));
}

}  // namespace
}  // namespace tenon
