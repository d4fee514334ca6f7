#include "plugin/server/tool_versions.h"

#include <gmock/gmock.h>

#include <filesystem>
#include <functional>
#include <string>

#include "tests/support/temp_dir.h"

namespace acd::server {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

// Answers each command by a function and counts them.
class FakeRunner : public exec::CommandRunner {
 public:
  Result<exec::Outcome> Run(const exec::Command& command, const exec::Budget& budget) override {
    ++runs;
    EXPECT_TRUE(command.environment.empty());
    EXPECT_TRUE(budget.deadline.has_value());
    ACD_CHECK(budget.Check());
    return answer(command);
  }
  std::function<Result<exec::Outcome>(const exec::Command&)> answer;
  int runs = 0;
};

exec::Outcome Printed(const std::string& text, int exit_code = 0, const std::string& err = "") {
  exec::Outcome outcome;
  outcome.out = SecretBytes::CopyOf(text);
  outcome.exit_code = exit_code;
  outcome.err = err;
  return outcome;
}

class ToolVersionsTest : public ::testing::Test {
 protected:
  void Install(const std::string& content) {
    std::filesystem::remove(dir_ / "tool");
    dir_.Write("tool", content);
    std::filesystem::permissions(dir_ / "tool", std::filesystem::perms::owner_all);
  }
  std::string Ask(const exec::Budget& budget = {}) {
    return versions_.Of({"tool", "tool", {{"version", "--short"}, {"version"}}}, budget);
  }

  testing::TempDir dir_;
  FakeRunner runner_;
  ToolVersions versions_{dir_.path(), runner_};
};

TEST_F(ToolVersionsTest, AsksAProgramOnce) {
  Install("one");
  runner_.answer = [](const exec::Command& command) {
    EXPECT_THAT(command.args, ::testing::ElementsAre("version", "--short"));
    return Printed("\n v1.2.3 \nmore\n");
  };
  EXPECT_EQ(Ask(), "v1.2.3");
  EXPECT_EQ(Ask(), "v1.2.3");
  EXPECT_EQ(runner_.runs, 1);
}

TEST_F(ToolVersionsTest, AsksAnotherProgramAtTheSamePath) {
  Install("one");
  runner_.answer = [](const exec::Command&) { return Printed("v1"); };
  EXPECT_EQ(Ask(), "v1");
  Install("another");
  runner_.answer = [](const exec::Command&) { return Printed("v2"); };
  EXPECT_EQ(Ask(), "v2");
}

TEST_F(ToolVersionsTest, SaysThatAProgramIsMissingUntilItIsThere) {
  EXPECT_THAT(Ask(), StartsWith("could not get tool version: tool: program not found in /"));
  EXPECT_EQ(runner_.runs, 0);
  Install("one");
  runner_.answer = [](const exec::Command&) { return Printed("v1"); };
  EXPECT_EQ(Ask(), "v1");
}

TEST_F(ToolVersionsTest, TriesTheOtherArguments) {
  Install("one");
  runner_.answer = [](const exec::Command& command) {
    if (command.args.size() > 1) return Printed("", 1, "unknown flag: --short");
    return Printed("v6");
  };
  EXPECT_EQ(Ask(), "v6");
}

TEST_F(ToolVersionsTest, AsksAgainAfterAFailure) {
  Install("one");
  runner_.answer = [](const exec::Command&) { return Printed("", 3, "broken\nbadly"); };
  EXPECT_EQ(Ask(), "could not get tool version: exit status 3: broken");
  runner_.answer = [](const exec::Command&) { return Printed("v2"); };
  EXPECT_EQ(Ask(), "v2");
}

TEST_F(ToolVersionsTest, ForgetsThatNobodyWaited) {
  Install("one");
  runner_.answer = [](const exec::Command&) { return Printed("v1"); };
  exec::Budget gone;
  gone.cancelled = [] { return true; };
  EXPECT_THAT(Ask(gone), HasSubstr("the client went away"));
  EXPECT_EQ(Ask(), "v1");
}

TEST_F(ToolVersionsTest, GivesShortAscii) {
  Install("one");
  runner_.answer = [](const exec::Command&) {
    return Printed("v\xff\x01" + std::string(2000, 'x'));
  };
  const std::string version = Ask();
  EXPECT_EQ(version.size(), 300U);
  EXPECT_THAT(version, StartsWith("v??xx"));
}

TEST(KustomizeVersion, IsWrittenAsArgoCDDoes) {
  EXPECT_EQ(KustomizeVersion("{v5.7.1  2025-07-23T12:45:29Z  }"), "v5.7.1 2025-07-23T12:45:29Z");
  EXPECT_EQ(KustomizeVersion("{kustomize/v3.8.1  2020-07-16T00:58:46Z  }"),
            "v3.8.1 2020-07-16T00:58:46Z");
  EXPECT_EQ(KustomizeVersion("v5.7.1"), "v5.7.1");
  EXPECT_EQ(KustomizeVersion("{}"), "");
  EXPECT_EQ(KustomizeVersion(""), "");
}

}  // namespace
}  // namespace acd::server
