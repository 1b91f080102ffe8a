#include "codegen/object_code.h"

#include <gtest/gtest.h>

#include <random>

#include "codegen/compile.h"
#include "codegen/llvm_loader.h"
#include "codegen/loop_builder.h"
#include "tenon/error.h"

namespace tenon::codegen {
namespace {

// exp and sin: constants, a table and a function of the object's own.
Kernel some_kernel() {
  KernelBuilder k("some");
  const Buffer x = k.input(DType::f32, 20), y = k.output(DType::f32, 20);
  k.loop(20, LoopKind::vector, 1, [&](Var i) {
    const Scalar value = k.load(x, k.variable(i));
    k.store(y, k.variable(i), k.op(Op::exp, DType::f32, {k.op(Op::sin, DType::f32, {value})}));
  });
  return k.finish();
}

class Object : public testing::Test {
 protected:
  void SetUp() override {
    const Kernel kernel = some_kernel();
    bytes_ = llvm_compiler().compile({&kernel, 1}, {});
  }
  std::vector<std::byte> bytes_;
};

TEST_F(Object, GivesItsFunctions) {
  const auto code = ObjectCode::load(bytes_);
  EXPECT_NE(code->function(run_symbol(0, "some")), nullptr);
  EXPECT_NE(code->function(nest_symbol(0, "some", 0)), nullptr);
  EXPECT_THROW(code->function("another"), Error);
}

TEST_F(Object, IsRefusedWhereverItIsCut) {
  for (std::size_t size = 0; size < bytes_.size(); size += 13)
    EXPECT_THROW(ObjectCode::load(std::span(bytes_).first(size)), Error) << size;
}

// Whatever bits are turned over, loading ends: in code (which nobody calls) or in an Error.
TEST_F(Object, IsReadSafelyWhateverItHolds) {
  std::mt19937 generator(1);
  int refused = 0;
  for (int round = 0; round < 2000; ++round) {
    std::vector<std::byte> damaged = bytes_;
    for (int i = 0; i < 4; ++i)
      damaged[generator() % damaged.size()] ^= static_cast<std::byte>(1u << generator() % 8);
    try {
      ObjectCode::load(damaged);
    } catch (const Error&) {
      ++refused;
    }
  }
  EXPECT_GT(refused, 0);
}

TEST_F(Object, RefersToNothingOutsideItself) {
  for (const Simd simd : {Simd::sse, Simd::avx2, Simd::avx512}) {
    std::vector<Kernel> kernels;
    for (const DType type : {DType::f32, DType::f64, DType::f16, DType::i64, DType::u8}) {
      KernelBuilder k("all");
      const Buffer x = k.input(type, 100), y = k.output(type, 100);
      k.loop(100, LoopKind::vector, 2, [&](Var i) {
        const Scalar value = k.load(x, k.variable(i));
        k.store(y, k.variable(i), k.op(Op::mod, type, {k.op(Op::pow, type, {value, value}), value}));
      });
      kernels.push_back(k.finish());
    }
    EXPECT_NO_THROW(ObjectCode::load(llvm_compiler().compile(kernels, {simd}))) << name_of(simd);
  }
}

}  // namespace
}  // namespace tenon::codegen
