#include "plugin/exec/file_limit.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>

#include "tests/plugin/exec/process_test_support.h"

namespace acd::exec {
namespace {

// In a process of its own: the limit is the process's.
[[noreturn]] void RunWithARaisedLimit() {
  rlimit files{};
  if (::getrlimit(RLIMIT_NOFILE, &files) != 0) ::_exit(10);
  files.rlim_cur = 200;
  files.rlim_max = std::min<rlim_t>(files.rlim_max, 4000);
  if (::setrlimit(RLIMIT_NOFILE, &files) != 0) ::_exit(11);
  RaiseFileLimit();
  if (::getrlimit(RLIMIT_NOFILE, &files) != 0 || files.rlim_cur != files.rlim_max) ::_exit(12);
  const auto shown = MakeProcessRunner()->Run(testing::Shell("ulimit -n"), testing::Plenty());
  ::_exit(shown && testing::Out(*shown) == "200\n" ? 0 : 13);
}

TEST(FileLimit, IsRaisedForThisProcessOnly) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(RunWithARaisedLimit(), ::testing::ExitedWithCode(0), "");
}

}  // namespace
}  // namespace acd::exec
