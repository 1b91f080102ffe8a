// Products that are summed into a wider type have no single form in ONNX: what is written means the same.
#include <gtest/gtest.h>

#include "op/evaluate.h"
#include "support/temporary_folder.h"
#include "tenon/onnx.h"

namespace tenon {
namespace {

std::string written_and_read(const Graph& program) {
  const TemporaryFolder folder;
  const std::string path = folder / "model.onnx";
  export_onnx(program, {}, path);
  return print(import_onnx(path).program);
}

Tensor counting(DType dtype, Shape shape) {
  Tensor tensor = Tensor::empty(dtype, std::move(shape));
  for (std::int64_t i = 0; i < tensor.size(); ++i) tensor.set_number(i, static_cast<double>(i % 7 - 2));
  return tensor;
}

void expect_same_answers(std::string_view text) {
  const Graph program = parse(text);
  const Graph again = parse(written_and_read(program));
  std::vector<Tensor> inputs;
  for (const std::uint32_t id : program.inputs()) {
    const Type& type = program.nodes()[id].results[0];
    inputs.push_back(counting(type.dtype, type.shape()));
  }
  EXPECT_TRUE(identical(evaluate(program, inputs).outputs[0], evaluate(again, inputs).outputs[0]))
      << print(again);
}

TEST(ExportedProducts, OfHalvesIntoF32) {
  expect_same_answers(R"(graph g(a: bf16[3, 2], b: bf16[3, 4]) {
    %2 = matmul(%a, %b) {transpose_a = true, result = f32}
    return y = %2 })");
  expect_same_answers(R"(graph g(x: f16[1, 2, 5], w: f16[3, 2, 3]) {
    %2 = conv(%x, %w) {strides = [2], result = f32}
    return y = %2 })");
}

TEST(ExportedProducts, OfBytesIntoI32) {
  expect_same_answers(R"(graph g(a: u8[2, 3], b: i8[4, 3]) {
    %2 = matmul(%a, %b) {transpose_b = true, result = i32}
    return y = %2 })");
  expect_same_answers(R"(graph g(x: u8[1, 2, 5], w: i8[3, 2, 3]) {
    %2 = conv(%x, %w) {pads_low = [1], pads_high = [1], result = i32}
    return y = %2 })");
}

}  // namespace
}  // namespace tenon
