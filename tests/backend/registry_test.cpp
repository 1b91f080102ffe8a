#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "backend/backend.h"
#include "backend/reference/reference.h"
#include "support/message_of.h"

namespace tenon {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;

TEST(Registry, MakesABackendOnce) {
  register_backend("once", make_reference_backend);
  EXPECT_EQ(find_backend("once"), find_backend("once"));
  EXPECT_NE(find_backend("once"), find_backend("reference"));
  EXPECT_THAT(backend_names(), Contains("once"));
}

TEST(Registry, AFactoryMayLookForOtherBackends) {
  register_backend("second name", [] { return find_backend("reference"); });
  EXPECT_EQ(find_backend("second name"), find_backend("reference"));
}

TEST(Registry, ANewFactoryTakesThePlaceOfTheOld) {
  register_backend("changed", make_reference_backend);
  const auto before = find_backend("changed");
  register_backend("changed", make_reference_backend);
  EXPECT_NE(find_backend("changed"), before);
}

TEST(Registry, SaysWhichBackendsThereAre) {
  EXPECT_EQ(find_backend("abacus"), nullptr);
  EXPECT_THAT(message_of([] { choose_backend("abacus"); }),
              HasSubstr("there is no backend 'abacus'; there are ["));
}

TEST(Registry, ChoosesTheFirstBuiltInWhereNoneIsNamed) {
  EXPECT_EQ(choose_backend(), find_backend(built_in_backends().front().name));
}

}  // namespace
}  // namespace tenon
