#include "decrypt/keys/key_sources.h"

#include <map>
#include <string>

#include "tests/support/matchers.h"

namespace acd::keys {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

KeySources From(const std::map<std::string, std::string>& environment, SourceOptions options = {}) {
  return FromEnvironment(
      [&](const char* name) -> const char* {
        const auto found = environment.find(name);
        return found == environment.end() ? nullptr : found->second.c_str();
      },
      options);
}

TEST(KeySources, AreEmptyInAnEmptyEnvironment) {
  const auto sources = From({});
  EXPECT_THAT(sources.texts, IsEmpty());
  EXPECT_THAT(sources.files, IsEmpty());
  EXPECT_EQ(sources.folder, "");
  EXPECT_THAT(sources.not_set,
              ElementsAre("SOPS_AGE_KEY", "SOPS_AGE_KEY_FILE", "SOPS_AGE_KEY_CMD"));
  EXPECT_THAT(sources.ssh_not_set,
              ElementsAre("SOPS_AGE_SSH_PRIVATE_KEY_FILE", "SOPS_AGE_SSH_PRIVATE_KEY_CMD"));
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
  EXPECT_THAT(sources.not_set, ElementsAre("SOPS_AGE_KEY_CMD"));
}

TEST(KeySources, TakeSshKeysInTheOrderOfSops) {
  const auto sources = From({{"SOPS_AGE_SSH_PRIVATE_KEY_FILE", "/s"}, {"HOME", "/h"}});
  ASSERT_EQ(sources.ssh_files.size(), 3U);
  EXPECT_EQ(sources.ssh_files[0].path, "/s");
  EXPECT_EQ(sources.ssh_files[1].path, "/h/.ssh/id_ed25519");
  EXPECT_EQ(sources.ssh_files[2].path, "/h/.ssh/id_rsa");
  EXPECT_THAT(sources.ssh_not_set, ElementsAre("SOPS_AGE_SSH_PRIVATE_KEY_CMD"));
}

TEST(KeySources, NeverTakeAKeyForAPath) {
  const auto sources = From({{"SOPS_AGE_KEY_FILE", "AGE-SECRET-KEY-1QQQ"},
                             {"SOPS_AGE_SSH_PRIVATE_KEY_FILE", "-----BEGIN OPENSSH PRIVATE KEY"}});
  EXPECT_THAT(sources.files, IsEmpty());
  EXPECT_THAT(sources.ssh_files, IsEmpty());
  EXPECT_THAT(
      sources.problems,
      ElementsAre("SOPS_AGE_SSH_PRIVATE_KEY_FILE: holds a key, where the path of a key file "
                  "belongs",
                  "SOPS_AGE_KEY_FILE: holds a key, where the path of a key file belongs"));
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
  const SourceOptions server{.server = true};
  EXPECT_EQ(From({}, server).folder, "/sops/age");
  EXPECT_EQ(From({{"ARGOCD_DECRYPT_KEY_DIR", ""}}, server).folder, "/sops/age");
  EXPECT_EQ(From({{"ARGOCD_DECRYPT_KEY_DIR", "/keys/"}}, server).folder, "/keys/age");
  EXPECT_EQ(From({{"ARGOCD_DECRYPT_KEY_DIR", "/keys"}}).folder, "/keys/age");
  EXPECT_EQ(From({{"ARGOCD_DECRYPT_KEY_DIR", "/keys"}}).ssh_folder, "/keys/ssh");
  EXPECT_EQ(From({{"ARGOCD_DECRYPT_KEY_DIR", "/keys"}}).pgp_folder, "/keys/pgp");
}

TEST(KeySources, RunCommandsInTheServerOnlyWhenAllowed) {
  const std::map<std::string, std::string> environment = {
      {"SOPS_AGE_KEY_CMD", "cat k"}, {"SOPS_AGE_SSH_PRIVATE_KEY_CMD", "cat s"}};
  const auto refused = From(environment, {.server = true});
  EXPECT_THAT(refused.commands, IsEmpty());
  EXPECT_THAT(refused.problems, ElementsAre(HasSubstr("SOPS_AGE_SSH_PRIVATE_KEY_CMD: not run"),
                                            HasSubstr("ARGOCD_DECRYPT_ALLOW_KEY_COMMANDS=true")));
  for (const SourceOptions& options :
       {SourceOptions{}, SourceOptions{.server = true, .allow_commands = true}}) {
    const auto allowed = From(environment, options);
    ASSERT_EQ(allowed.commands.size(), 2U);
    EXPECT_TRUE(allowed.commands[0].prints_ssh_key);
    EXPECT_EQ(allowed.commands[1].line, "cat k");
    EXPECT_THAT(allowed.problems, IsEmpty());
  }
}

}  // namespace
}  // namespace acd::keys
