#include <gtest/gtest.h>

#include "backend/reference/reference.h"
#include "compile/compile.h"

namespace tenon {
namespace {

TEST(Lifetimes, AreFromTheStepThatWritesToTheLastThatReads) {
  const auto backend = make_reference_backend();
  const Executable executable = compile(parse(R"(graph g(x: f32[16]) {
    %1 = exp(%x) : f32[16] @ "first"
    %2 = sin(%1) : f32[16] @ "second"
    %3 = add(%1, %2) : f32[16] @ "third"
    return y = %3 })"),
                                        {}, *backend);
  const std::vector<Lifetime> found = lifetimes(*executable.only_plan());
  ASSERT_EQ(found.size(), 2u);  // the third is the output
  EXPECT_EQ(found[0].first, 0u);
  EXPECT_EQ(found[0].last, 2u);
  EXPECT_EQ(found[0].bytes, 64u);
  EXPECT_EQ(found[1].first, 1u);
  EXPECT_EQ(found[1].last, 2u);
  EXPECT_NE(found[0].offset, found[1].offset);
}

}  // namespace
}  // namespace tenon
