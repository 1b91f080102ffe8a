#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "arrows/checker.h"
#include "arrows/table.h"

namespace tenon::arrows {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(Arrows, TheSourcesKeepToTheTable) {
  const Tree tree = read_tree(TENON_SOURCE_DIR);
  ASSERT_TRUE(tree.contains("src/base/tensor.cpp"));
  EXPECT_THAT(violations(tree), IsEmpty());
}

TEST(Arrows, TheTableHasNoCycle) {
  Arrows arrows;
  for (const Room& room : rooms())
    for (const std::string_view allowed : room.may_include) {
      const std::string path = "src/" + std::string(allowed);  // of which the room's name is a part
      const std::string_view target = find_room(allowed) ? allowed : room_of(path);
      if (allowed != kEveryRoom) arrows[std::string(room.name)].emplace_back(target);
    }
  EXPECT_THAT(find_cycle(arrows), IsEmpty());
}

TEST(Arrows, EveryRowNamesRoomsOrTheirHeaders) {
  for (const Room& room : rooms())
    for (const std::string_view allowed : room.may_include)
      EXPECT_TRUE(allowed == kEveryRoom || find_room(allowed) ||
                  !room_of("src/" + std::string(allowed)).empty())
          << room.name << " lists " << allowed;
}

TEST(Arrows, AnArrowOfTheTableIsAllowed) {
  EXPECT_THAT(violations({{"src/pass/fold.cpp", "#include \"pass/fold.h\"\n#include \"backend/backend.h\"\n"},
                          {"src/pass/fold.h", "#include <vector>\n#include \"tenon/graph.h\"\n"},
                          {"src/backend/backend.h", ""},
                          {"include/tenon/graph.h", "#include \"tenon/tensor.h\"\n"},
                          {"include/tenon/tensor.h", "#include <vector>\n"}}),
              IsEmpty());
}

TEST(Arrows, AnArrowAgainstTheTableIsNamedWithItsLine) {
  EXPECT_THAT(
      violations({{"src/base/log.cpp", "// log\n\n  #  include \"ir/node.h\"\n"}, {"src/ir/node.h", ""}}),
      ElementsAre("src/base/log.cpp:3: ir/node.h is not for the room base, which may include []"));
}

TEST(Arrows, AnAngleBracketHidesNothing) {
  EXPECT_THAT(violations({{"src/base/log.cpp", "#include <tenon/graph.h>\n"}, {"include/tenon/graph.h", ""}}),
              ElementsAre(HasSubstr("not for the room base")));
}

TEST(Arrows, OfTheBackendsAPassSeesTheInterfaceOnly) {
  EXPECT_THAT(violations({{"src/pass/claim.cpp", "#include \"backend/registry.h\"\n"},
                          {"src/backend/registry.h", ""}}),
              ElementsAre(HasSubstr("not for the room pass")));
}

TEST(Arrows, BackendsDoNotSeeEachOther) {
  EXPECT_THAT(violations({{"src/backend/cpu/onednn/matmul.cpp", "#include \"backend/reference/run.h\"\n"},
                          {"src/backend/reference/run.h", ""}}),
              ElementsAre(HasSubstr("not for the room backend/cpu")));
}

TEST(Arrows, BackendsDoNotSeePasses) {
  EXPECT_THAT(
      violations({{"src/backend/cpu/run.cpp", "#include \"pass/fold.h\"\n"}, {"src/pass/fold.h", ""}}),
      ElementsAre(HasSubstr("not for the room backend/cpu")));
}

TEST(Arrows, OnlyTheProgramSeesConcreteBackends) {
  const Tree tree = {{"src/cli/main.cpp", "#include \"backend/cpu/register.h\"\n"},
                     {"src/compile/compile.cpp", "#include \"backend/cpu/register.h\"\n"},
                     {"src/backend/cpu/register.h", ""}};
  EXPECT_THAT(violations(tree), ElementsAre(HasSubstr("src/compile/compile.cpp:1")));
}

TEST(Arrows, APublicHeaderHasItsRoomsArrows) {
  EXPECT_THAT(violations({{"include/tenon/tensor.h", "#include \"tenon/ops/losses.h\"\n"},
                          {"include/tenon/ops/losses.h", ""}}),
              ElementsAre(HasSubstr("not for the room base")));
}

TEST(Arrows, APublicHeaderIncludesNoThirdParty) {
  EXPECT_THAT(violations({{"include/tenon/tensor.h", "#include <cstdint>\n#include <zlib.h>\n"}}),
              ElementsAre(HasSubstr("<zlib.h>")));
}

TEST(Arrows, APublicHeaderIncludesNoPrivateOne) {
  EXPECT_THAT(
      violations({{"include/tenon/tensor.h", "#include \"base/convert.h\"\n"}, {"src/base/convert.h", ""}}),
      ElementsAre(HasSubstr("not installed")));
}

TEST(Arrows, AHeaderIsNamedFromTheRoot) {
  EXPECT_THAT(violations({{"src/base/log.cpp", "#include \"log.h\"\n"}, {"src/base/log.h", ""}}),
              ElementsAre(HasSubstr("no header below src/ or include/")));
}

TEST(Arrows, AFileOutsideEveryRoomIsNamed) {
  EXPECT_THAT(
      violations({{"src/misc/log.h", ""}, {"include/tenon/misc.h", ""}}),
      ElementsAre(HasSubstr("include/tenon/misc.h: belongs to no room"), HasSubstr("src/misc/log.h")));
}

TEST(Arrows, ACircleOfFilesIsNamed) {
  EXPECT_THAT(violations({{"src/ir/a.h", "#include \"ir/b.h\"\n"},
                          {"src/ir/b.h", "#include \"ir/c.h\"\n"},
                          {"src/ir/c.h", "#include \"ir/b.h\"\n"}}),
              ElementsAre(HasSubstr("[src/ir/b.h, src/ir/c.h, src/ir/b.h]")));
}

}  // namespace
}  // namespace tenon::arrows
