#include "plugin/workspace/usage.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/plugin/workspace/test_folder.h"

namespace acd::workspace {
namespace {

TEST(Usage, TellsOfAFileSystem) {
  const testing::TestFolder folder;
  const auto usage = UsageOf(folder.path());
  ASSERT_TRUE(usage.has_value());
  if (usage->limit_bytes > 0) {
    EXPECT_LE(usage->used_bytes, usage->limit_bytes);
  }
}

TEST(Usage, OfNothingIsNotKnown) { EXPECT_FALSE(UsageOf("/no/such/folder").has_value()); }

}  // namespace
}  // namespace acd::workspace
