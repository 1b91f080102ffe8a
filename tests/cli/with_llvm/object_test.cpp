// `tenon build --emit-object`.
#include <gmock/gmock.h>

#include <filesystem>

#include "base/files.h"
#include "cli/trained.h"

namespace tenon {
namespace {

using ::testing::HasSubstr;
using testing::Ran;

class Objects : public testing::Trained {};

TEST_F(Objects, AreWrittenWithTheirHeaderAndNoEngine) {
  const Ran built = run({"build", "run", "--emit-object", "points.o", "--header", "two-points.h"});
  ASSERT_EQ(built.code, 0) << built.err;
  EXPECT_THAT(built.out, HasSubstr("the object for sse beside the reference"));
  EXPECT_THAT(built.out, HasSubstr("object: points.o"));
  EXPECT_EQ(read_text(path("points.o")).substr(0, 4),
            "\x7f"
            "ELF");
  EXPECT_THAT(read_text(path("two-points.h")), HasSubstr("void two_points_run(const float* in_"));
}

TEST_F(Objects, AreNamedAndMadeForATarget) {
  const Ran built = run({"build", "run", "-o", "both.tenon", "--emit-object", "named.o", "--header",
                         "named.h", "--name", "other", "--target", "avx2"});
  ASSERT_EQ(built.code, 0) << built.err;
  EXPECT_THAT(read_text(path("named.h")), HasSubstr("void other_run("));
  EXPECT_THAT(read_text(path("named.h")), HasSubstr("Processor: x86-64 with AVX2"));
  EXPECT_TRUE(std::filesystem::exists(path("both.tenon")));
}

TEST_F(Objects, AskForWhatIsMissing) {
  const Ran nothing = run({"build", "run"});
  EXPECT_EQ(nothing.code, 2);
  EXPECT_THAT(nothing.err, HasSubstr("-o FILE for an engine, --emit-object FILE, or both"));
  EXPECT_EQ(run({"build", "run", "-o", "m.tenon", "--header", "m.h"}).code, 2);
  const Ran target = run({"build", "run", "--emit-object", "m.o", "--target", "neon"});
  EXPECT_EQ(target.code, 2);
  EXPECT_THAT(target.err, HasSubstr("sse, avx2, avx512 or native"));
}

}  // namespace
}  // namespace tenon
