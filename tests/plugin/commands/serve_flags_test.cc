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

// A container that was made for the stock server has to start.
TEST(ServeFlags, TakesAnyTimeThatTheStockServerTakes) {
  for (const char* text : {"0", "0s", "90", "soon"}) {
    ServeFlags flags;
    flags.stock_timeout = flags.stock_fatal_timeout = text;
    const auto settings = flags.CommandSettings();
    ASSERT_TRUE(settings) << text;
    EXPECT_EQ(settings->time_limit, std::nullopt) << text;
    EXPECT_EQ(flags.Warnings().size(), text[0] == '0' ? 0U : 2U) << text;
  }
  ServeFlags flags;
  flags.stock_timeout = "2m";
  EXPECT_EQ(flags.CommandSettings()->time_limit, milliseconds(120'000));
  flags.exec_timeout = "0";
  EXPECT_EQ(flags.CommandSettings()->time_limit, std::nullopt);
  for (const char* wrong : {"90", "0abc", "00", "0s0"}) {
    flags.exec_timeout = wrong;
    EXPECT_FALSE(flags.CommandSettings()) << wrong;
  }
}

}  // namespace
}  // namespace acd::commands
