#include "plugin/commands/plugin_watch.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/resource.h>

#include "decrypt/base/unique_fd.h"
#include "tests/plugin/workspace/test_folder.h"
#include "tests/support/matchers.h"

namespace acd::commands {
namespace {

using acd::testing::Fails;
using acd::testing::IsOk;

/// While it lives, no file can be opened.
class NoFreeDescriptor {
 public:
  NoFreeDescriptor() {
    ::getrlimit(RLIMIT_NOFILE, &before_);
    const UniqueFd next(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    const rlimit none = {static_cast<rlim_t>(next.get()), before_.rlim_max};
    ::setrlimit(RLIMIT_NOFILE, &none);
  }
  ~NoFreeDescriptor() { ::setrlimit(RLIMIT_NOFILE, &before_); }
  NoFreeDescriptor(const NoFreeDescriptor&) = delete;
  NoFreeDescriptor& operator=(const NoFreeDescriptor&) = delete;

 private:
  rlimit before_ = {};
};

TEST(PluginWatch, ReadsAgainWhatItCouldNotRead) {
  const workspace::testing::TestFolder folder;
  const char* const text = "kind: ConfigManagementPlugin\nmetadata: {name: own}\nspec: {}\n";
  PluginWatch watch(folder.Write("plugin.yaml", text), false);
  ASSERT_THAT(watch.Load(), IsOk());
  folder.Write("plugin.yaml", std::string(text) + "# changed\n");
  {
    const NoFreeDescriptor no_free_descriptor;
    const auto changed = watch.Poll();
    ASSERT_TRUE(changed);
    EXPECT_THAT(*changed, Fails(Code::kLimitExceeded, "Too many open files"));
  }
  const auto changed = watch.Poll();
  ASSERT_TRUE(changed);
  EXPECT_THAT(*changed, IsOk());
  EXPECT_FALSE(watch.Poll());
}

}  // namespace
}  // namespace acd::commands
