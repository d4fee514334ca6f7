#include "plugin/commands/plugin_watch.h"

#include <gmock/gmock.h>
#include <unistd.h>

#include "tests/plugin/workspace/test_folder.h"
#include "tests/support/matchers.h"
#include "tests/support/no_free_descriptor.h"

namespace acd::commands {
namespace {

using acd::testing::Fails;
using acd::testing::IsOk;

TEST(PluginWatch, ReadsAgainWhatItCouldNotRead) {
  const workspace::testing::TestFolder folder;
  const char* const text = "kind: ConfigManagementPlugin\nmetadata: {name: own}\nspec: {}\n";
  PluginWatch watch(folder.Write("plugin.yaml", text), false);
  ASSERT_THAT(watch.Load(), IsOk());
  folder.Write("plugin.yaml", std::string(text) + "# changed\n");
  {
    const acd::testing::NoFreeDescriptor no_free_descriptor;
    const auto changed = watch.Poll();
    ASSERT_TRUE(changed);
    EXPECT_THAT(*changed, Fails(Code::kNoRoom, "Too many open files"));
  }
  const auto changed = watch.Poll();
  ASSERT_TRUE(changed);
  EXPECT_THAT(*changed, IsOk());
  EXPECT_FALSE(watch.Poll());
}

// The built-in renderer would take the place of commands that are there.
TEST(PluginWatch, TakesWhatItMayNotLookAtForNoAbsentFile) {
  const workspace::testing::TestFolder folder;
  const std::string path = folder.path() + "/plugin.yaml";
  EXPECT_THAT(PluginWatch(path, true).Load(), IsOk());
  ASSERT_EQ(::symlink("plugin.yaml", path.c_str()), 0);  // to itself
  EXPECT_THAT(PluginWatch(path, true).Load(), Fails(Code::kIo, "symbolic links"));
}

}  // namespace
}  // namespace acd::commands
