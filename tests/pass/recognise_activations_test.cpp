#include "pass/recognise_activations.h"

#include "pass/expect.h"

namespace tenon {
namespace {

void expect_recognised(std::string_view before, std::string_view after) {
  expect_pass(before, recognise_activations, after);
}
void expect_unchanged(std::string_view program) { expect_recognised(program, program); }

constexpr std::string_view kGelu = "graph g(x: f32[8]) { %1 = gelu(%x) return y = %1 }";
constexpr std::string_view kGeluByTanh = "graph g(x: f32[8]) { %1 = gelu(%x) {tanh = true} return y = %1 }";

TEST(RecogniseActivations, SeesGeluAsExportersWriteIt) {
  expect_recognised(R"(graph g(x: f32[8]) {
    %1 = constant f32[] {1.4142135}
    %2 = broadcast_to(%1) {shape = [8]}
    %3 = div(%x, %2)
    %4 = erf(%3)
    %5 = constant f32[] {1.0}
    %6 = broadcast_to(%5) {shape = [8]}
    %7 = add(%4, %6)
    %8 = mul(%x, %7)
    %9 = constant f32[] {0.5}
    %10 = broadcast_to(%9) {shape = [8]}
    %11 = mul(%8, %10)
    return y = %11 })",
                    kGelu);
}

TEST(RecogniseActivations, SeesGeluWhereTheHalfStandsAtTheWeight) {
  expect_recognised(R"(graph g(x: f32[8]) {
    %2 = constant f32[] {0.70710677}
    %3 = broadcast_to(%2) {shape = [8]}
    %4 = mul(%3, %x)
    %5 = erf(%4)
    %6 = constant f32[] {0.5}
    %7 = broadcast_to(%6) {shape = [8]}
    %8 = mul(%7, %5)
    %9 = add(%8, %7)
    %10 = mul(%9, %x)
    return y = %10 })",
                    kGelu);
}

TEST(RecogniseActivations, SeesGeluByTanhWithAPower) {
  expect_recognised(R"(graph g(x: f32[8]) {
    %1 = constant f32[] {3.0}
    %2 = broadcast_to(%1) {shape = [8]}
    %3 = pow(%x, %2)
    %4 = constant f32[] {0.044715}
    %5 = broadcast_to(%4) {shape = [8]}
    %6 = mul(%5, %3)
    %7 = add(%x, %6)
    %8 = constant f32[] {0.7978846}
    %9 = broadcast_to(%8) {shape = [8]}
    %10 = mul(%7, %9)
    %11 = tanh(%10)
    %12 = constant f32[] {1.0}
    %13 = broadcast_to(%12) {shape = [8]}
    %14 = add(%13, %11)
    %15 = constant f32[] {0.5}
    %16 = broadcast_to(%15) {shape = [8]}
    %17 = mul(%x, %16)
    %18 = mul(%17, %14)
    return y = %18 })",
                    kGeluByTanh);
}

TEST(RecogniseActivations, SeesGeluByTanhMultipliedOut) {
  expect_recognised(R"(graph g(x: f32[8]) {
    %1 = mul(%x, %x)
    %2 = constant f32[] {0.035677407}
    %3 = broadcast_to(%2) {shape = [8]}
    %4 = mul(%1, %3)
    %5 = constant f32[] {0.7978846}
    %6 = broadcast_to(%5) {shape = [8]}
    %7 = add(%4, %6)
    %8 = mul(%x, %7)
    %9 = tanh(%8)
    %10 = constant f32[] {0.5}
    %11 = broadcast_to(%10) {shape = [8]}
    %12 = mul(%x, %11)
    %13 = mul(%12, %9)
    %14 = add(%12, %13)
    return y = %14 })",
                    kGeluByTanh);
}

TEST(RecogniseActivations, SeesTheLogisticFunctionAndSilu) {
  constexpr std::string_view kPieces = R"(graph g(x: f32[8]) {
    %1 = neg(%x)
    %2 = exp(%1)
    %3 = constant f32[] {1.0}
    %4 = broadcast_to(%3) {shape = [8]}
    %5 = add(%2, %4)
    %6 = div(%4, %5)
    return y = %6 })";
  expect_recognised(kPieces, "graph g(x: f32[8]) { %1 = sigmoid(%x) return y = %1 }");
  expect_recognised("graph g(x: f32[8]) { %1 = sigmoid(%x) %2 = mul(%1, %x) return y = %2 }",
                    "graph g(x: f32[8]) { %1 = silu(%x) return y = %1 }");
}

TEST(RecogniseActivations, SeesHardSwishAndHardSigmoid) {
  constexpr std::string_view kHardSigmoid = R"(graph g(x: f32[8]) {
    %1 = constant f32[] {3.0}
    %2 = broadcast_to(%1) {shape = [8]}
    %3 = add(%x, %2)
    %4 = clamp(%3) {max = 6.0, min = 0.0}
    %5 = constant f32[] {6.0}
    %6 = broadcast_to(%5) {shape = [8]}
    %7 = div(%4, %6)
    return y = %7 })";
  expect_recognised(kHardSigmoid, "graph g(x: f32[8]) { %1 = hard_sigmoid(%x) return y = %1 }");
  expect_recognised(R"(graph g(x: f32[8]) {
    %1 = constant f32[] {3.0}
    %2 = broadcast_to(%1) {shape = [8]}
    %3 = add(%x, %2)
    %4 = constant f32[] {6.0}
    %5 = broadcast_to(%4) {shape = [8]}
    %6 = relu(%3)
    %7 = minimum(%6, %5)
    %8 = mul(%x, %7)
    %9 = div(%8, %5)
    return y = %9 })",
                    "graph g(x: f32[8]) { %1 = hard_swish(%x) return y = %1 }");
  expect_recognised("graph g(x: f32[8]) { %1 = hard_sigmoid(%x) %2 = mul(%x, %1) return y = %2 }",
                    "graph g(x: f32[8]) { %1 = hard_swish(%x) return y = %1 }");
}

TEST(RecogniseActivations, LeavesOtherNumbersAlone) {
  expect_unchanged(R"(graph g(x: f32[8]) {
    %1 = constant f32[] {1.702}
    %2 = broadcast_to(%1) {shape = [8]}
    %3 = mul(%x, %2)
    %4 = sigmoid(%3)
    %5 = mul(%x, %4)
    return y = %5 })");
}

TEST(RecogniseActivations, LeavesAloneWhatOthersReadAPartOf) {
  expect_unchanged("graph g(x: f32[8]) { %1 = sigmoid(%x) %2 = mul(%1, %x) return y = %2, gate = %1 }");
}

TEST(RecogniseActivations, LeavesTheProductWithAnotherValueAlone) {
  expect_unchanged("graph g(x: f32[8], z: f32[8]) { %1 = sigmoid(%x) %2 = mul(%1, %z) return y = %2 }");
}

}  // namespace
}  // namespace tenon
