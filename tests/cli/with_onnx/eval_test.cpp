// Models that come as ONNX files.
#include <gmock/gmock.h>

#include "base/json.h"
#include "cli/trained.h"

namespace tenon {
namespace {

using ::testing::HasSubstr;
using testing::Ran;

class OnnxEval : public testing::Trained {
 protected:
  static Ran eval(const std::string& shape) {
    EXPECT_EQ(run({"export", "run", "-o", "m.onnx"}).code, 0);
    return run({"eval", "m.onnx", "--data", "test.npz", "--json", "--shape", shape});
  }
};

TEST_F(OnnxEval, FillsInWhatTheModelLeavesOpen) {
  const Ran ran = eval("x=30x2");
  ASSERT_EQ(ran.code, 0) << ran.err;
  EXPECT_EQ(parse_json(ran.out, "output").at("items").integer(), 30);
}

TEST_F(OnnxEval, RefusesAShapeThatIsNoInputs) {
  const Ran ran = eval("z=30x2");
  EXPECT_EQ(ran.code, 2);
  EXPECT_THAT(ran.err, HasSubstr("there is no input 'z'"));
}

}  // namespace
}  // namespace tenon
