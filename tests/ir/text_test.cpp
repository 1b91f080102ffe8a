// The text form: what is printed, and that it reads back to the same program.
#include <gtest/gtest.h>

#include <bit>
#include <limits>

#include "ir/literal.h"
#include "tenon/graph.h"
#include "tenon/op.h"
#include "tenon/ops.h"

namespace tenon {
namespace {

// Prints what it parses, so that a text in its own form is a fixed point.
void expect_fixed(const std::string& text) { EXPECT_EQ(print(parse(text)), text); }

TEST(Text, ShowsAProgram) {
  Graph g("step");
  const Value x = g.input("x", {DType::f32, {"N", 784}});
  const Value w = g.state("fc1.weight", {DType::f32, {256, 784}});
  g.set_label("fc1");
  const Value y = matmul(x, w, {.transpose_b = true});
  g.set_label("");
  g.output("y", y);
  g.update("fc1.weight", reshape(w, {0, -1}));
  EXPECT_EQ(print(g), R"(graph step(x: f32[N, 784]) {
  %1 = state "fc1.weight" : f32[256, 784]
  %2 = matmul(%x, %1) {transpose_b = true} : f32[N, 256] @ "fc1"
  %3 = reshape(%1) {shape = [0, -1]} : f32[256, 784]
  return y = %2
  update "fc1.weight" = %3
}
)");
  expect_fixed(print(g));
}

TEST(Text, ReadsWhatAPersonWrites) {
  const Graph g = parse(R"(
    // Types may be left out, and values called anything.
    graph step(x: f32[N, 784]) {
      %w = state "w" : f32[784, 10]
      %y = matmul(%x, %w)   // no types: the rule's
      return logits = %y, %x
      update "w" = %w })");
  ASSERT_EQ(g.nodes().size(), 3u);
  EXPECT_EQ(to_string(g.nodes()[2].results[0]), "f32[N, 10]");
  EXPECT_EQ(g.outputs()[0].name, "logits");
  EXPECT_EQ(g.outputs()[1].name, "");
}

TEST(Text, QuotesNamesThatAreNoIdentifiers) {
  Graph g("my program");
  const Value a = g.input("3", {DType::f32, {Dim("batch size"), Dim::unknown()}});
  const Value b = g.input("a \"b\"\\\n\x01 é", Type::unranked(DType::boolean));
  g.output("out put", transpose(a));
  g.output("", b);
  const std::string text = print(g);
  EXPECT_EQ(text, R"(graph "my program"("3": f32["batch size", ?], "a \"b\"\\\x0a\x01 é": bool[…]) {
  %2 = transpose(%"3") : f32[?, "batch size"]
  return "out put" = %2, "" = %"a \"b\"\\\x0a\x01 é"
}
)");
  expect_fixed(text);
}

TEST(Text, ListsInputsFirstWhereverTheyStand) {
  Graph g;
  const Value x = g.input("x", {DType::f32, {2, 3}});
  const Value y = transpose(x);
  const Value lr = g.input("lr", {DType::f32, {}});
  g.output("y", y);
  g.output("lr", lr);
  EXPECT_EQ(print(g), R"(graph main(x: f32[2, 3], lr: f32[]) {
  %2 = transpose(%x) : f32[3, 2]
  return y = %2, lr = %lr
}
)");
}

TEST(Text, KeepsLabels) {
  Graph g;
  g.set_label("block \"a\"");
  g.output("c", g.constant(Tensor::scalar(1.0f)));
  const Value x = g.input("x", {DType::f32, {}});
  g.output("x", x);
  const Graph read = parse(print(g));
  for (const Node& node : read.nodes()) EXPECT_EQ(node.label, "block \"a\"");
}

TEST(Text, KeepsWhatIsKnownBeyondTheRule) {
  Graph g;
  const Value shape = g.input("shape", {DType::i64, {2}});
  Value y = reshape(g.input("x", {DType::f32, {6}}), shape);
  Node node = g.node(y.ref());
  node.results[0] = {DType::f32, {2, Dim("M")}};
  g.output("y", g.value({g.append(node)}));
  expect_fixed(print(g));
}

TEST(Text, LargeConstantsStandAtTheEnd) {
  Graph g;
  Tensor large = Tensor::zeros(DType::i16, {65});
  large.set_number(1, -2);
  g.output("y", g.constant(large));
  const std::string text = print(g);
  EXPECT_TRUE(text.starts_with("graph main() {\n  %0 = constant i16[65] b0\n"));
  EXPECT_NE(text.find("}\nblob b0 = \"0000feff0000"), std::string::npos);
  EXPECT_TRUE(identical(parse(text).nodes()[0].attrs.tensor("value"), large));
  expect_fixed(text);
}

TEST(Text, ProgramsMayUseTheWordsOfTheForm) {
  expect_fixed(R"(graph blob(graph: f32[], update: f32[], nan: f32[]) {
  return return = %graph, graph = %update, blob = %nan
}
)");
}

// Every special value, and every bit pattern of the 16-bit floats.
template <class T, class Bits>
void expect_exact(std::initializer_list<Bits> patterns) {
  Tensor tensor = Tensor::empty(dtype_of<T>(), {static_cast<std::int64_t>(patterns.size())});
  std::copy(patterns.begin(), patterns.end(), static_cast<Bits*>(tensor.raw()));
  Graph g;
  g.output("y", g.constant(tensor));
  const std::string text = print(g);
  EXPECT_TRUE(identical(parse(text).nodes()[0].attrs.tensor("value"), tensor)) << text;
}

TEST(Literal, IsExactForEveryElementType) {
  expect_exact<double, std::uint64_t>({0, 1, 0x8000000000000000, 0x3fb999999999999a, 0x7fefffffffffffff,
                                       0x7ff0000000000000, 0xfff0000000000000, 0x7ff8000000000000,
                                       0xfff8000000000000, 0x7ff0000000000001, 0x7ff8000000000abc});
  expect_exact<float, std::uint32_t>({0, 1, 0x80000000, 0x3dcccccd, 0x7f7fffff, 0x00800000, 0x7f800000,
                                      0xff800000, 0x7fc00000, 0xffc00000, 0x7f800001, 0x7fc00abc});
  expect_exact<std::int64_t, std::uint64_t>({0, 0x7fffffffffffffff, 0x8000000000000000});
  expect_exact<std::uint64_t, std::uint64_t>({0, 0xffffffffffffffff});
  expect_exact<std::int32_t, std::uint32_t>({0, 0x7fffffff, 0x80000000});
  expect_exact<std::uint32_t, std::uint32_t>({0, 0xffffffff});
  expect_exact<std::int16_t, std::uint16_t>({0, 0x7fff, 0x8000});
  expect_exact<std::uint16_t, std::uint16_t>({0, 0xffff});
  expect_exact<std::int8_t, std::uint8_t>({0, 0x7f, 0x80});
  expect_exact<std::uint8_t, std::uint8_t>({0, 0xff});
  expect_exact<bool, std::uint8_t>({0, 1});
}

TEST(Literal, EveryHalfReadsBack) {
  for (const DType dtype : {DType::f16, DType::bf16}) {
    const Tensor from = Tensor::empty(dtype, {1});
    const Tensor to = Tensor::empty(dtype, {1});
    for (std::uint32_t bits = 0; bits < 0x10000; ++bits) {
      *static_cast<std::uint16_t*>(from.raw()) = static_cast<std::uint16_t>(bits);
      ASSERT_TRUE(read_element(spell_element(from, 0), to, 0)) << bits;
      ASSERT_TRUE(identical(from, to)) << bits;
    }
  }
}

TEST(Literal, IsReadable) {
  const auto spelled = []<class T>(T value) { return spell_element(Tensor::scalar(value), 0); };
  EXPECT_EQ(spelled(0.1f), "0.1");
  EXPECT_EQ(spelled(-0.0), "-0");
  EXPECT_EQ(spelled(std::numeric_limits<float>::infinity()), "inf");
  EXPECT_EQ(spelled(std::numeric_limits<double>::quiet_NaN()), "nan");
  EXPECT_EQ(spelled(std::bit_cast<float>(0x7fc00abcu)), "nan(0x7fc00abc)");
  EXPECT_EQ(spelled(BFloat16(1.5)), "1.5");
  EXPECT_EQ(spelled(std::int8_t{-7}), "-7");
  EXPECT_EQ(spelled(true), "true");
}

TEST(Literal, RefusesWhatIsNoneOrOutOfRange) {
  const auto reads = [](DType dtype, std::string_view text) {
    return read_element(text, Tensor::zeros(dtype, {1}), 0);
  };
  EXPECT_FALSE(reads(DType::u8, "256"));
  EXPECT_FALSE(reads(DType::u8, "-1"));
  EXPECT_FALSE(reads(DType::i8, "1.0"));
  EXPECT_FALSE(reads(DType::f16, "65520"));
  EXPECT_FALSE(reads(DType::f32, "1e39"));
  EXPECT_FALSE(reads(DType::f32, "1.5x"));
  EXPECT_FALSE(reads(DType::f32, ""));
  EXPECT_FALSE(reads(DType::f32, "nan(0x3f800000)"));
  EXPECT_FALSE(reads(DType::f32, "nan(0x17fc00000)"));
  EXPECT_FALSE(reads(DType::boolean, "1"));
}

}  // namespace
}  // namespace tenon
