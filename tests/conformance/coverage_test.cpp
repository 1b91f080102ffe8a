#include <gtest/gtest.h>

#include "conformance/program.h"

namespace tenon::conformance {
namespace {

TEST(Coverage, EveryOpHasCasesOrAReasonForNone) {
  for (const Op op : all_ops())
    EXPECT_NE(all_cases().contains(op), exceptions().contains(op)) << definition(op).name;
}

TEST(Coverage, EveryCaseHasATypeThatItsOpTakes) {
  for (const auto& [op, cases] : all_cases())
    for (const Case& test : cases) EXPECT_FALSE(instances_of({test}, test.large).empty()) << test.label;
}

}  // namespace
}  // namespace tenon::conformance
