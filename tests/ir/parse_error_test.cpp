// Malformed texts: each gives an error that says where and what was expected.
#include <gtest/gtest.h>

#include "tenon/graph.h"
#include "tenon/ops.h"

namespace tenon {
namespace {

std::string error_of(std::string_view text) {
  try {
    parse(text);
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

struct Case {
  std::string_view text;
  std::string_view wanted;  // part of the error
};

class Malformed : public ::testing::TestWithParam<Case> {};

TEST_P(Malformed, SaysWhereAndWhat) {
  EXPECT_NE(error_of(GetParam().text).find(GetParam().wanted), std::string::npos)
      << "of:     " << GetParam().text << "\nerror:  " << error_of(GetParam().text)
      << "\nwanted: " << GetParam().wanted;
}

constexpr Case kStructure[] = {
    {"", "line 1, column 1: expected 'graph' but the text ends"},
    {"program p() {}", "expected 'graph' but found 'program'"},
    {"graph g", "column 8: expected '(' but the text ends"},
    {"graph 3() {}", "expected the name of the graph but found '3'"},
    {"graph g() {", "expected a value, 'return', 'update' or '}' but the text ends"},
    {"graph g() {}\n}", "line 2, column 1: expected the end of the text, or 'blob' but found '}'"},
    {"graph g() { matmul() }", "expected a value, 'return', 'update' or '}' but found 'matmul'"},
    {"graph g(x f32[]) {}", "expected ':' but found 'f32'"},
    {"graph g(x: f32[], x: f32[]) {}", "column 19: there is a value x already"},
    {"graph g() { return y = %1 }", "there is no value %1 before here"},
    {"graph g() { return y }", "expected '=' but found '}'"},
    {"graph g() { % = constant f32[] {1} }", "a value needs a name"},
    {"graph g() { update \"w\" = 3 }", "expected a value but found '3'"},
    {"graph g(x: f32[]) { update \"w\" = %x }", "column 21: there is no state named 'w'"},
    {"graph g(x: f32[]) { %w = state \"w\" : f32[2]\n update \"w\" = %x }",
     "line 2, column 2: state 'w' is f32[2]"},
    {"graph g() { %a = state \"w\" : f32[] %b = state \"w\" : f32[] }", "a state named 'w' already"},
    {"graph \"g() {}", "no closing quote"},
    {"graph \"g\\q\" () {}", "an escape is"},
    {"graph \"g\\x1\" () {}", "two hexadecimal digits"},
    {"graph g() { } blob", "expected the name of a blob"},
    {"graph g() { } blob b = \"00\" blob b = \"00\"", "two blobs named b"},
};
INSTANTIATE_TEST_SUITE_P(Structure, Malformed, ::testing::ValuesIn(kStructure));

constexpr Case kTypes[] = {
    {"graph g(x: f33[]) {}", "expected an element type but found 'f33'"},
    {"graph g(x: f32) {}", "expected '[' but found ')'"},
    {"graph g(x: f32[-1]) {}", "expected a dimension but found '-1'"},
    {"graph g(x: f32[1.5]) {}", "expected a dimension but found '1.5'"},
    {"graph g(x: f32[99999999999999999999]) {}", "expected a dimension"},
    {"graph g(x: f32[1 2]) {}", "expected ']' but found '2'"},
    {"graph g(x: f32[…, 2]) {}", "expected ']' but found ','"},
};
INSTANTIATE_TEST_SUITE_P(Types, Malformed, ::testing::ValuesIn(kTypes));

constexpr Case kConstants[] = {
    {"graph g() { %1 = constant f32[N] {1} }", "a constant's dimensions must be numbers"},
    {"graph g() { %1 = constant f32[2] {1} }", "1 elements are written for f32[2]"},
    {"graph g() { %1 = constant f32[1152921504606846976] {1} }", "1 elements are written"},
    {"graph g() { %1 = constant f32[4294967296, 4294967296] {1} }", "too large"},
    {"graph g() { %1 = constant u8[1] {256} }", "expected a value of u8 but found '256'"},
    {"graph g() { %1 = constant u8[1] b0 }", "there is no blob named b0"},
    {"graph g() { %1 = constant f32[1] b0 } blob b0 = \"00\"", "holds 1 bytes, which are no f32[1]"},
    {"graph g() { %1 = constant f64[2305843009213693952] b0 } blob b0 = \"\"", "which are no f64"},
    {"graph g() { %1 = constant bool[1] b0 } blob b0 = \"02\"", "does not hold elements of bool"},
    {"graph g() { %1 = constant u8[1] b0 } blob b0 = \"0g\"", "does not hold elements of u8"},
    {"graph g() { %1, %2 = constant u8[] {1} }", "constant has 1 results, not 2"},
};
INSTANTIATE_TEST_SUITE_P(Constants, Malformed, ::testing::ValuesIn(kConstants));

constexpr Case kCalls[] = {
    {"graph g(x: f32[2]) { %1 = nothing(%x) }", "there is no op 'nothing' to call here"},
    {"graph g(x: f32[2]) { %1 = input(%x) }", "there is no op 'input' to call here"},
    {"graph g(x: f32[2]) { %1 = transpose(%x, %x) }", "column 27: transpose: 2 inputs, but it takes 1"},
    {"graph g(x: f32[2]) { %1 = transpose(%x) {perm = [0], perm = [0]} }", "'perm' is given twice"},
    {"graph g(x: f32[2]) { %1 = transpose(%x) {axes = [0]} }", "transpose has no attribute 'axes'"},
    {"graph g(x: f32[2]) { %1 = transpose(%x) {perm = 0} }", "expected '[' but found '0'"},
    {"graph g(x: f32[2]) { %1 = transpose(%x) {perm = [0.5]} }", "expected an integer but found '0.5'"},
    {"graph g(x: f32[2]) { %1 = transpose(%x) {perm = [1]} }", "axis 1 is out of range"},
    {"graph g(x: f32[2]) { %1 = gather(%x, %x) {axis = \"0\"} }", "expected an integer"},
    {"graph g(x: f32[2, 2]) { %1 = matmul(%x, %x) {transpose_a = 1} }",
     "expected 'true' or 'false' but found '1'"},
    {"graph g(x: f32[2]) { %1 = transpose(%x) : f64[2] }",
     "transpose gives [f32[2]] but [f64[2]] is written"},
    {"graph g(x: f32[2]) { %1 = transpose(%x) : f32[3] }",
     "transpose gives [f32[2]] but [f32[3]] is written"},
    {"graph g(x: f32[2]) { %1 = transpose(%x) : f32[2], f32[2] }", "gives [f32[2]] but [f32[2], f32[2]]"},
    {"graph g(x: f32[2]) { %1 = transpose(%x) { graph b() {} } }", "1 bodies, but it takes 0"},
    {"graph g(x: f32[2]) { %1 = transpose(%x) @ label }", "expected a label in quotes but found 'label'"},
    {"graph g(x: f32[2]) { %x = transpose(%x) }", "there is a value %x already"},
    {"graph g(x: i64[2]) { %1 = one_hot(%x) }", "attribute 'depth' is missing"},
};
INSTANTIATE_TEST_SUITE_P(Calls, Malformed, ::testing::ValuesIn(kCalls));

TEST(Parse, RefusesBodiesNestedTooDeep) {
  std::string text = "graph g(x: f32[2]) { ";
  for (int i = 0; i < 100; ++i) text += "%1 = transpose(%x) { graph g(x: f32[2]) { ";
  EXPECT_NE(error_of(text).find("nested more than 32 deep"), std::string::npos);
}

TEST(Parse, RefusesMoreAxesThanATensorMayHave) {
  std::string dims = "1";
  for (int i = 0; i < 64; ++i) dims += ", 1";
  EXPECT_NE(error_of("graph g(x: f32[" + dims + "]) {}").find("at most 64 axes"), std::string::npos);
}

TEST(Parse, EveryPrefixOfAProgramIsRefused) {
  Graph g;
  const Value x = g.input("x", {DType::f32, {"N", 3}});
  const Value w = g.state("w", {DType::f32, {3, 2}});
  g.set_label("layer");
  g.output("y", matmul(x, w));
  g.output("c", g.constant(Tensor::zeros(DType::f32, {65})));
  const std::string text = print(g);
  const std::size_t end = text.rfind("blob");
  for (std::size_t length = 0; length + 1 < text.size(); ++length)
    EXPECT_NE(error_of(text.substr(0, length)), "no error") << length << " of " << end;
}

}  // namespace
}  // namespace tenon
