#include "plugin/commands/plugin_watch.h"

#include <gmock/gmock.h>

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

}  // namespace
}  // namespace acd::commands
