#include "codegen/loop.h"

#include <gtest/gtest.h>

#include <stdexcept>

#include "codegen/loop_builder.h"

namespace tenon::codegen {
namespace {

Kernel row_sums() {
  KernelBuilder k("row_sums");
  const Buffer x = k.input(DType::f32, 12), y = k.output(DType::f32, 3);
  const Acc sum = k.accumulator(Combine::sum, DType::f32);
  k.loop(3, [&](Var i) {
    k.reset(sum);
    k.loop(4, LoopKind::vector, 2, [&](Var j) { k.accumulate(sum, k.load(x, k.affine({{i, 4}, {j, 1}}))); });
    k.store(y, k.variable(i), k.read(sum));
  });
  return k.finish();
}

TEST(Loop, PrintsAsText) {
  EXPECT_EQ(print(row_sums()), R"(kernel row_sums
  b0: input f32[12]
  b1: output f32[3]
  nest parallel by 1
    for v0 in 3
      reset a0
      for v1 in 4 vector(2)
        a0 += b0[v0*4 + v1]
      b1[v0] = a0
)");
}

TEST(Loop, BuilderGivesEqualExpressionsOneNumber) {
  KernelBuilder k("x");
  const Buffer x = k.input(DType::f32, 8);
  k.begin_loop(8);
  const Scalar a = k.op(Op::exp, DType::f32, {k.load(x, k.affine({{0, 1}}))});
  const Scalar b = k.op(Op::exp, DType::f32, {k.load(x, k.add(k.constant(0), k.variable(0)))});
  EXPECT_EQ(a, b);
}

// Each writes the body of a loop over 8 elements with one thing wrong.
void expect_fault(const char* part, void (*body)(KernelBuilder&, Var, Buffer, Buffer)) {
  KernelBuilder k("faulty");
  const Buffer x = k.input(DType::f32, 8), y = k.output(DType::f32, 8);
  k.loop(8, LoopKind::vector, 1, [&](Var i) { body(k, i, x, y); });
  try {
    k.finish();
    ADD_FAILURE() << "accepted; expected " << part;
  } catch (const std::logic_error& error) {
    EXPECT_NE(std::string(error.what()).find(part), std::string::npos) << error.what();
  }
}

TEST(Loop, VerifyRefusesPlacesOutsideABuffer) {
  expect_fault("is used from 1 to 8", [](KernelBuilder& k, Var i, Buffer x, Buffer y) {
    k.store(y, k.variable(i), k.load(x, k.affine({{i, 1}}, 1)));
  });
}

TEST(Loop, VerifyRefusesAnUnknownType) {
  expect_fault("is given another type", [](KernelBuilder& k, Var i, Buffer, Buffer y) {
    k.store(y, k.variable(i), k.integer(DType::i32, 1));
  });
}

TEST(Loop, VerifyRefusesAnAccumulatorWithoutReset) {
  expect_fault("is fed before its reset", [](KernelBuilder& k, Var i, Buffer x, Buffer) {
    k.accumulate(k.accumulator(Combine::sum, DType::f32), k.load(x, k.variable(i)));
  });
}

TEST(Loop, VerifyRefusesReadingPartsOfAnAccumulator) {
  KernelBuilder k("parts");
  const Buffer x = k.input(DType::f32, 8), y = k.output(DType::f32, 8);
  const Acc sum = k.accumulator(Combine::sum, DType::f32);
  k.loop(1, [&](Var) {
    k.reset(sum);
    k.loop(8, LoopKind::vector, 1, [&](Var i) {
      k.accumulate(sum, k.load(x, k.variable(i)));
      k.store(y, k.variable(i), k.read(sum));
    });
  });
  EXPECT_THROW(k.finish(), std::logic_error);
}

TEST(Loop, VerifyRefusesAVectorLoopInsideAnother) {
  expect_fault("stands in that of", [](KernelBuilder& k, Var, Buffer x, Buffer y) {
    k.loop(8, LoopKind::vector, 1, [&](Var j) { k.store(y, k.variable(j), k.load(x, k.variable(j))); });
  });
}

TEST(Loop, VerifyRefusesAVariableOutsideItsLoop) {
  expect_fault("outside its loop", [](KernelBuilder& k, Var, Buffer x, Buffer y) {
    k.loop(1, [](Var) {});
    k.store(y, k.variable(1), k.load(x, k.variable(0)));
  });
}

TEST(Loop, VerifyRefusesOperandsOfUnlikeTypes) {
  expect_fault("gives no f32", [](KernelBuilder& k, Var i, Buffer x, Buffer y) {
    const Scalar value = k.load(x, k.variable(i));
    k.store(y, k.variable(i), k.op(Op::add, DType::f32, {value, k.integer(DType::i32, 1)}));
  });
}

}  // namespace
}  // namespace tenon::codegen
