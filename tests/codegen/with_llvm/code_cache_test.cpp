#include "codegen/code_cache.h"

#include <gtest/gtest.h>

#include "codegen/compile.h"
#include "codegen/llvm_loader.h"
#include "codegen/loop_builder.h"
#include "support/temporary_folder.h"

namespace tenon::codegen {
namespace {

// Compiled code is kept in a folder of the test's own; the tests' environment keeps none.
class KeptCode : public testing::Test {
 protected:
  void SetUp() override {
    setenv("TENON_CACHE_DIR", folder_.path().c_str(), 1);
    setenv("TENON_CACHE", "on", 1);
  }
  void TearDown() override {
    unsetenv("TENON_CACHE_DIR");
    setenv("TENON_CACHE", "off", 1);
  }

  TemporaryFolder folder_;
};

Kernel constant_kernel(double number) {
  KernelBuilder k("constant");
  const Buffer y = k.output(DType::f32, 1);
  k.loop(1, [&](Var) { k.store(y, k.constant(0), k.number(DType::f32, number)); });
  return k.finish();
}

float result_of(const Kernel& kernel) {
  float result = 0;
  void* buffers[] = {&result};
  compile({&kernel, 1})[0].run(buffers);
  return result;
}

// What is kept for one kernel is the code of another: it is this code that runs, so LLVM was not asked.
TEST_F(KeptCode, SavesTheCompiler) {
  const Kernel seven = constant_kernel(7), eight = constant_kernel(8);
  const std::string content = content_of({&seven, 1}, native_target());
  EXPECT_EQ(result_of(seven), 7);
  const CodeCache cache(folder_.path());
  EXPECT_TRUE(cache.find(content));
  cache.store(content, llvm_compiler().compile({&eight, 1}, native_target()));
  EXPECT_EQ(result_of(seven), 8);
}

TEST_F(KeptCode, IsCompiledAnewWhereItIsNone) {
  const Kernel seven = constant_kernel(7);
  CodeCache(folder_.path()).store(content_of({&seven, 1}, native_target()), bytes_of("no object"));
  EXPECT_EQ(result_of(seven), 7);
}

}  // namespace
}  // namespace tenon::codegen
