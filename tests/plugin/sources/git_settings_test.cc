#include "plugin/sources/git_settings.h"

#include "tests/plugin/sources/sources_fixture.h"

namespace acd::sources {
namespace {

/// Asks the real git what it would make of the settings.
class GitSettingsTest : public SourcesTest {
 protected:
  GitSettingsTest() { settings_.ssh_known_hosts = dir_.Write("known_hosts", ""); }

  void Make(const std::string& project = "alpha") {
    Session session = MakeSession(project);
    std::filesystem::remove_all(dir_ / "config");
    std::filesystem::create_directory(dir_ / "config");
    auto settings = GitSettings(session, dir_ / "config");
    ASSERT_THAT(settings, IsOk());
    environment_of_git_ = *std::move(settings);
  }

  std::string Git(std::vector<std::string> args) {
    exec::Command command;
    command.program = "/usr/bin/git";
    command.args = std::move(args);
    command.environment = environment_of_git_;
    command.environment["HOME"] = dir_ / "none";
    command.directory = dir_ / "tree";
    const auto outcome = exec::MakeProcessRunner()->Run(command, budget_);
    if (!outcome || outcome->exit_code != 0) return "failed";
    const std::string_view out = outcome->out.ExposeText();
    return std::string(out.substr(0, out.find('\n')));
  }

  /// The key, by its content, that git would give ssh for a repository; "none" is for none.
  std::string KeyFor(const std::string& url) {
    std::filesystem::remove_all(dir_ / "tree/.git");
    Git({"init", "-q"});
    Git({"remote", "add", "origin", url});
    const std::string ssh = Git({"config", "core.sshCommand"});
    EXPECT_EQ(ssh.find("ssh -F /dev/null -o BatchMode=yes"), 0U) << ssh;
    const std::size_t at = ssh.find(" -i ");
    if (at == std::string::npos) return "none";
    const std::string path = ssh.substr(at + 4, ssh.find(' ', at + 4) - at - 4);
    const std::string key = acd::testing::Slurp(path);
    return key.substr(0, key.find('\n'));
  }

  std::map<std::string, std::string> environment_of_git_;
};

TEST_F(GitSettingsTest, GivesTheKeyOfTheRepositoryThatIsFetched) {
  Mount("repository/one", {{"url", "git@git.example:team/one.git"}, {"sshPrivateKey", "ONE"}});
  Mount("repository/two", {{"url", "ssh://git@git.example/team/two"}, {"sshPrivateKey", "TWO"}});
  Mount("repository/port", {{"url", "ssh://git@git.example:22/p"}, {"sshPrivateKey", "PORT"}});
  Mount("repo-creds/team", {{"url", "git@git.example:team"}, {"sshPrivateKey", "TEAM"}});
  Mount("repo-creds/long", {{"url", "git@git.example:team/long"}, {"sshPrivateKey", "LONG"}});
  Mount("repository/web", {{"url", "https://git.example/w"}, {"password", "p"}});
  Make();
  const std::pair<const char*, const char*> wanted[] = {
      {"git@git.example:team/one", "ONE"},
      {"git@git.example:team/one.git", "ONE"},
      {"ssh://git@git.example/team/one", "ONE"},
      {"ssh://git@git.example/team/one.git", "ONE"},
      {"git@git.example:team/two.git", "TWO"},
      {"ssh://git@git.example:22/p.git", "PORT"},
      {"ssh://git@git.example:2222/p", "none"},
      {"git@git.example:team/other", "TEAM"},
      {"ssh://git@git.example/team/a/b/c", "TEAM"},
      {"git@git.example:team/long/er", "LONG"},
      {"git@git.example:team/longer", "TEAM"},
      {"git@git.example:teams/one", "none"},
      {"git@git.example.org:team/one", "none"},
      {"ssh://git@elsewhere.example/git@git.example:team/one", "none"},
      {"https://git.example/w", "none"},
  };
  for (const auto& [url, key] : wanted) EXPECT_EQ(KeyFor(url), key) << url;
}

TEST_F(GitSettingsTest, GivesNoKeyOfAnotherProject) {
  Mount("repository/a",
        {{"url", "git@git.example:r"}, {"sshPrivateKey", "ALPHA"}, {"project", "alpha"}});
  Mount("repository/all", {{"url", "git@git.example:r"}, {"sshPrivateKey", "ALL"}});
  Mount("repository/b",
        {{"url", "git@git.example:s"}, {"sshPrivateKey", "BETA"}, {"project", "beta"}});
  Make("alpha");
  EXPECT_EQ(KeyFor("git@git.example:r"), "ALPHA");
  EXPECT_EQ(KeyFor("git@git.example:s"), "none");
  Make("beta");
  EXPECT_EQ(KeyFor("git@git.example:r"), "ALL");
  EXPECT_EQ(KeyFor("git@git.example:s"), "BETA");
}

TEST_F(GitSettingsTest, TakesNoPatternForAnAddress) {
  for (const char* url : {"git@git.example:*", "git@git.example:a\"]\n[core]\nx=y", "git@[a]:b"}) {
    Mount("repository/bad", {{"url", url}, {"sshPrivateKey", "BAD"}});
    Make();
    EXPECT_EQ(KeyFor("git@git.example:r"), "none") << url;
  }
}

TEST_F(GitSettingsTest, NeedsHostKeysUnlessTheSecretSaysOtherwise) {
  settings_.ssh_known_hosts = dir_ / "missing";
  Mount("repository/a", {{"url", "git@git.example:a"}, {"sshPrivateKey", "A"}});
  Mount("repository/b",
        {{"url", "git@git.example:b"}, {"sshPrivateKey", "B"}, {"insecureIgnoreHostKey", "true"}});
  Make();
  EXPECT_EQ(KeyFor("git@git.example:b"), "B");
  Git({"remote", "set-url", "origin", "git@git.example:a"});
  EXPECT_EQ(Git({"config", "core.sshCommand"}), "failed") << "there is none";
}

}  // namespace
}  // namespace acd::sources
