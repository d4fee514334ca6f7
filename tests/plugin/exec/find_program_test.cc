#include "plugin/exec/command_runner.h"
#include "tests/support/matchers.h"

namespace acd::exec {
namespace {

using acd::testing::Fails;

TEST(FindProgram, TakesTheFirstFolderThatHasIt) {
  const auto found = FindProgram("env", "/nonexistent:/usr/bin/:/bin");
  ASSERT_THAT(found, acd::testing::IsOk());
  EXPECT_EQ(*found, "/usr/bin/env");
}

TEST(FindProgram, NamesTheFoldersItSearched) {
  const auto found = FindProgram("no-such-tool", "/usr/bin:/bin");
  ASSERT_THAT(found, Fails(Code::kNotFound, "no-such-tool: program not found in /usr/bin, /bin"));
  EXPECT_FALSE(found.error().hint.empty());
}

TEST(FindProgram, TakesAPathAsItIs) {
  const auto found = FindProgram("/usr/bin/../bin/env", "");
  ASSERT_THAT(found, acd::testing::IsOk());
  EXPECT_EQ(*found, "/usr/bin/env");
  EXPECT_THAT(FindProgram("/etc/passwd", "/bin"), Fails(Code::kNotFound, "/etc/passwd"));
  EXPECT_THAT(FindProgram("/usr/bin", "/bin"), Fails(Code::kNotFound, "/usr/bin"));
}

TEST(FindProgram, NeverSearchesTheWorkingDirectory) {
  EXPECT_THAT(FindProgram("env", "::usr/bin:."), Fails(Code::kNotFound, "an empty path"));
  EXPECT_THAT(FindProgram("", "/bin"), Fails(Code::kNotFound, "empty"));
}

}  // namespace
}  // namespace acd::exec
