#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/json.h"
#include "cli/process.h"

namespace tenon {
namespace {

using ::testing::HasSubstr;
using testing::Ran;
using testing::run_tenon;
using ::testing::StartsWith;

const std::vector<std::string> kCommands = {"train", "eval",    "build",  "run",
                                            "bench", "inspect", "doctor", "completion"};

TEST(Program, SaysItsVersion) {
  const Ran ran = run_tenon({"--version"});
  EXPECT_EQ(ran.code, 0);
  EXPECT_THAT(ran.out, StartsWith("tenon 0."));
  EXPECT_EQ(ran.err, "");
}

TEST(Program, HelpsWithEachCommand) {
  EXPECT_EQ(run_tenon({"--help"}).code, 0);
  for (const std::string& command : kCommands) {
    const Ran ran = run_tenon({command, "--help"});
    EXPECT_EQ(ran.code, 0) << command;
    EXPECT_THAT(ran.out, HasSubstr("tenon " + command));
  }
}

TEST(Program, AskedForNothingOrForNonsenseSaysSo) {
  EXPECT_EQ(run_tenon({}).code, 2);
  const Ran misspelt = run_tenon({"trian"});
  EXPECT_EQ(misspelt.code, 2);
  EXPECT_EQ(misspelt.out, "");
  EXPECT_EQ(misspelt.err,
            "tenon: there is no command 'trian'; did you mean 'train'? (tenon --help says more)\n");
  EXPECT_EQ(run_tenon({"doctor", "--jsno"}).code, 2);
  EXPECT_EQ(run_tenon({"run"}).code, 2);
  EXPECT_EQ(run_tenon({"bench", "m.tenon", "--batch", "0"}).code, 2);
  EXPECT_EQ(run_tenon({"completion", "tcsh"}).code, 2);
}

TEST(Program, WhoseOutputNobodyTakesFails) {
  const std::string command = testing::in_shell_quotes(TENON_PROGRAM_PATH) + " doctor >/dev/full 2>/dev/null";
  EXPECT_EQ(WEXITSTATUS(std::system(command.c_str())), 1);
}

TEST(Doctor, KnowsTheMachine) {
  const Ran ran = run_tenon({"doctor", "--json"});
  ASSERT_EQ(ran.code, 0) << ran.err;
  const Json json = parse_json(ran.out, "doctor");
  EXPECT_GE(json.at("threads").integer(), 1);
  EXPECT_NE(json.at("backends").find("reference"), nullptr);
  EXPECT_THAT(run_tenon({"doctor"}).out, HasSubstr("backend reference"));
}

TEST(Completion, KnowsEachCommandInEachShell) {
  for (const char* shell : {"bash", "zsh", "fish"}) {
    const Ran ran = run_tenon({"completion", shell});
    EXPECT_EQ(ran.code, 0);
    for (const std::string& command : kCommands) EXPECT_THAT(ran.out, HasSubstr(command)) << shell;
    EXPECT_THAT(ran.out, HasSubstr("resume")) << shell;
  }
}

}  // namespace
}  // namespace tenon
