#include "plugin/commands/serve_flags.h"

#include <gtest/gtest.h>

namespace acd::commands {
namespace {

using std::chrono::milliseconds;

TEST(GoDuration, ReadsWhatGoWrites) {
  EXPECT_EQ(ParseGoDuration("90s"), milliseconds(90'000));
  EXPECT_EQ(ParseGoDuration("1m30s"), milliseconds(90'000));
  EXPECT_EQ(ParseGoDuration("1.5h"), milliseconds(5'400'000));
  EXPECT_EQ(ParseGoDuration("250ms"), milliseconds(250));
  EXPECT_EQ(ParseGoDuration("1us"), milliseconds(1));
  for (const char* wrong : {"", "90", "-5s", "0s", "s", "5x", "1m-1s", "nans", "1e9999h", "5s "}) {
    EXPECT_EQ(ParseGoDuration(wrong), std::nullopt) << wrong;
  }
}

}  // namespace
}  // namespace acd::commands
