#include "decrypt/keys/key_sources.h"

#include <map>
#include <string>

#include "tests/support/matchers.h"

namespace acd::keys {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

KeySources From(const std::map<std::string, std::string>& environment, bool server = false) {
  return FromEnvironment(
      [&](const char* name) -> const char* {
        const auto found = environment.find(name);
        return found == environment.end() ? nullptr : found->second.c_str();
      },
      server);
}

TEST(KeySources, AreEmptyInAnEmptyEnvironment) {
  const auto sources = From({});
  EXPECT_THAT(sources.texts, IsEmpty());
  EXPECT_THAT(sources.files, IsEmpty());
  EXPECT_EQ(sources.folder, "");
  EXPECT_THAT(sources.not_set, ElementsAre("SOPS_AGE_KEY", "SOPS_AGE_KEY_FILE"));
}

TEST(KeySources, TakeWhatSopsTakes) {
  const auto sources = From({{"SOPS_AGE_KEY", "abc"}, {"SOPS_AGE_KEY_FILE", "/k"}, {"HOME", "/h"}});
  ASSERT_EQ(sources.texts.size(), 1U);
  EXPECT_EQ(sources.texts[0].name, "SOPS_AGE_KEY");
  EXPECT_EQ(sources.texts[0].text.ExposeText(), "abc");
  ASSERT_EQ(sources.files.size(), 2U);
  EXPECT_EQ(sources.files[0].variable, "SOPS_AGE_KEY_FILE");
  EXPECT_EQ(sources.files[0].path, "/k");
  EXPECT_EQ(sources.files[1].variable, "");
  EXPECT_EQ(sources.files[1].path, "/h/.config/sops/age/keys.txt");
  EXPECT_THAT(sources.not_set, IsEmpty());
}

TEST(KeySources, FindTheDefaultFileAsGoDoes) {
  const auto path = [](const std::map<std::string, std::string>& environment) {
    const auto sources = From(environment);
    return sources.files.empty() ? "none" : sources.files[0].path;
  };
  EXPECT_EQ(path({{"XDG_CONFIG_HOME", "/x/"}, {"HOME", "/h"}}), "/x/sops/age/keys.txt");
  EXPECT_EQ(path({{"XDG_CONFIG_HOME", ""}, {"HOME", "/h/"}}), "/h/.config/sops/age/keys.txt");
  EXPECT_EQ(path({{"XDG_CONFIG_HOME", "x"}, {"HOME", "/h"}}), "none");
  EXPECT_EQ(path({{"HOME", "/"}}), "/.config/sops/age/keys.txt");
  EXPECT_EQ(path({{"HOME", ""}}), "none");
}

TEST(KeySources, HaveAFolderThatTheServerNeedsNoVariableFor) {
  EXPECT_EQ(From({}, true).folder, "/sops/age");
  EXPECT_EQ(From({{"ARGOCD_DECRYPT_KEY_DIR", ""}}, true).folder, "/sops/age");
  EXPECT_EQ(From({{"ARGOCD_DECRYPT_KEY_DIR", "/keys/"}}, true).folder, "/keys/age");
  EXPECT_EQ(From({{"ARGOCD_DECRYPT_KEY_DIR", "/keys"}}, false).folder, "/keys/age");
}

TEST(KeySources, NameWhatThisBuildDoesNotDo) {
  EXPECT_THAT(
      From({{"SOPS_AGE_KEY_CMD", "cat k"}, {"SOPS_AGE_SSH_PRIVATE_KEY_FILE", "/s"}}).unsupported,
      ElementsAre("SOPS_AGE_KEY_CMD", "SOPS_AGE_SSH_PRIVATE_KEY_FILE"));
}

}  // namespace
}  // namespace acd::keys
