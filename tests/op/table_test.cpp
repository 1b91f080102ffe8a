#include <gtest/gtest.h>

#include "tenon/op.h"

namespace tenon {
namespace {

class Rows : public testing::TestWithParam<Op> {};

TEST_P(Rows, SayWhatTheOpIs) {
  const OpDef& def = definition(GetParam());
  EXPECT_FALSE(def.family.empty());
  EXPECT_TRUE(def.documentation.ends_with("."));
  EXPECT_TRUE(static_cast<bool>(def.infer));
}

TEST_P(Rows, CanBeRun) {
  const OpDef& def = definition(GetParam());
  EXPECT_TRUE(def.kernel || def.decompose || def.family == "leaf" || def.lowered_only);
}

TEST_P(Rows, HaveAGradientOrSayWhyNot) {
  const OpDef& def = definition(GetParam());
  EXPECT_TRUE(def.gradient || def.decompose || !def.no_gradient.empty());
}

const auto kNameOf = [](const auto& test) { return definition(test.param).name; };
INSTANTIATE_TEST_SUITE_P(AllOps, Rows, testing::ValuesIn(all_ops()), kNameOf);

}  // namespace
}  // namespace tenon
