#include "plugin/sources/git_files.h"
#include "plugin/sources/git_login.h"
#include "tests/plugin/sources/sources_fixture.h"

namespace acd::sources {
namespace {

constexpr const char* kCommit = "0123456789abcdef0123456789abcdef01234567";

std::string Url(const std::string& rest) { return "secrets+git://" + rest; }

TEST(GitUrl, IsTakenApart) {
  const std::string ref = std::string("?ref=") + kCommit;
  const auto plain = ParseGitFile(Url("git.example/team/repo.git//env/prod/values.yaml" + ref));
  ASSERT_THAT(plain, IsOk());
  EXPECT_EQ(plain->repository, "https://git.example/team/repo.git");
  EXPECT_EQ(plain->path, "env/prod/values.yaml");
  EXPECT_EQ(plain->commit, kCommit);
  EXPECT_EQ(ParseGitFile(Url("ssh://git@git.example:22/r//v.yaml" + ref))->repository,
            "ssh://git@git.example:22/r");
  EXPECT_EQ(ParseGitFile(Url("git@git.example:team/r//v.yaml" + ref))->repository,
            "git@git.example:team/r");
  EXPECT_EQ(
      ParseGitFile(Url("http://git.example/r//v.yaml?ref=0123456789ABCDEF0123456789abcdef01234567"))
          ->commit,
      kCommit);
}

TEST(GitUrl, RefusesWhatIsNotPinnedOrLeaves) {
  const std::string ref = std::string("?ref=") + kCommit;
  EXPECT_THAT(ParseGitFile(Url("git.example/r//v.yaml?ref=main")),
              Fails(Code::kInvalidInput, "all 40 digits"));
  EXPECT_THAT(ParseGitFile(Url("git.example/r//v.yaml?ref=0123456")),
              Fails(Code::kInvalidInput, "all 40 digits"));
  EXPECT_THAT(ParseGitFile(Url("git.example/r//v.yaml?ref=--upload-pack=x")),
              Fails(Code::kInvalidInput, "all 40 digits"));
  EXPECT_THAT(ParseGitFile(Url("git.example/r//v.yaml")), Fails(Code::kInvalidInput, "?ref="));
  EXPECT_THAT(ParseGitFile(Url("git.example/r/v.yaml" + ref)), Fails(Code::kInvalidInput, "//"));
  for (const char* path : {"../v.yaml", "a/../v.yaml", "/v.yaml", "", "a//b", ".git/config"}) {
    EXPECT_THAT(ParseGitFile(Url(std::string("git.example/r//") + path + ref)),
                Fails(Code::kInvalidInput, "path"))
        << path;
  }
  for (const char* repository : {"file:///etc", "ext::sh -c x", "-oProxyCommand=x@h:r",
                                 "ssh://-oProxyCommand=x/r", "https://"}) {
    EXPECT_THAT(ParseGitFile(Url(std::string(repository) + "//v.yaml" + ref)),
                Fails(Code::kInvalidInput, ""))
        << repository;
  }
  const auto secret = ParseGitFile(Url("https://u:hunter2@git.example/r//v.yaml" + ref));
  ASSERT_THAT(secret, Fails(Code::kInvalidInput, "password"));
  EXPECT_EQ(secret.error().message.find("hunter2"), std::string::npos);
}

class GitTest : public SourcesTest {
 protected:
  std::string Header(const std::string& url) {
    Session session = MakeSession();
    auto login = FindGitLogin(session, url);
    if (!login) return "ERROR " + login.error().message;
    grant_ = login->access.grant;
    return std::string(login->header.ExposeText());
  }
  std::string grant_;
};

TEST_F(GitTest, ArgosCredentialsAreForOneHost) {
  settings_.ask_pass = [](const std::string& socket, const std::string& nonce,
                          const exec::Budget&) -> Result<Login> {
    EXPECT_EQ(socket, "/s.sock");
    EXPECT_EQ(nonce, "n");
    return Login{SecretBytes::CopyOf("robot"), SecretBytes::CopyOf("pw")};
  };
  environment_ = {{"ARGOCD_APP_SOURCE_REPO_URL", "https://git.example/team/app.git"},
                  {"ARGOCD_GIT_ASKPASS_NONCE", "n"},
                  {"ARGOCD_ASK_PASS_SOCK", "/s.sock"}};
  EXPECT_EQ(Header("https://git.example/team/values.git"), "Authorization: Basic cm9ib3Q6cHc=");
  EXPECT_EQ(grant_, "argocd\nalpha\nhttps://git.example/team/app.git");
  EXPECT_EQ(Header("https://GIT.example:443/x"), "Authorization: Basic cm9ib3Q6cHc=");
  for (const char* other : {"https://git.example.evil.org/x", "http://git.example/x",
                            "https://git.example:8443/x", "https://evil.org/git.example"}) {
    EXPECT_EQ(Header(other), "") << other;
    EXPECT_EQ(grant_, "public");
  }
  environment_["GIT_SSL_CERT"] = "/dev/shm/x";
  EXPECT_NE(Header("https://git.example/x").find("GIT_SSL_CERT"), std::string::npos);
}

TEST_F(GitTest, AForcedHeaderIsTaken) {
  environment_ = {{"ARGOCD_APP_SOURCE_REPO_URL", "https://git.example/team/app.git"},
                  {"ARGOCD_GIT_AUTH_HEADER", "Authorization: Basic YTpi"}};
  EXPECT_EQ(Header("https://git.example/x"), "Authorization: Basic YTpi");
  EXPECT_EQ(Header("https://other.example/x"), "");
}

TEST_F(GitTest, MountedSecretsGoFirst) {
  environment_ = {{"ARGOCD_APP_SOURCE_REPO_URL", "https://git.example/team/app.git"},
                  {"ARGOCD_GIT_AUTH_HEADER", "Authorization: Basic YTpi"}};
  Mount("repository/v", {{"url", "https://git.example/v"}, {"bearerToken", "t"}});
  EXPECT_EQ(Header("https://git.example/v.git"), "Authorization: Bearer t");
  Mount("repository/v", {{"url", "https://git.example/v"}, {"bearerToken", "t\nEvil: 1"}});
  EXPECT_NE(Header("https://git.example/v.git").find("ERROR"), std::string::npos);
}

TEST_F(GitTest, GitGetsNothingByArgumentOrEnvironment) {
  Install("git");
  Mount("repository/v",
        {{"url", "https://git.example/v"}, {"username", "u"}, {"password", "hunter2"}});
  std::string config;
  runner_.answer = [&](const exec::Command& command) -> Result<exec::Outcome> {
    const std::string path = command.environment.at("GIT_CONFIG_GLOBAL");
    config = acd::testing::Slurp(path);
    EXPECT_EQ(std::filesystem::status(path).permissions(),
              std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
    EXPECT_EQ(command.environment.at("GIT_CONFIG_NOSYSTEM"), "1");
    if (command.args[0] == "fetch") return Failed("fatal: Authentication failed for hunter2");
    return exec::Outcome();
  };
  Session session = MakeSession();
  const auto file = FetchGitFile(session, {"https://git.example/v", "a.yaml", kCommit});
  ASSERT_THAT(file, Fails(Code::kToolFailed, "https://git.example/v"));
  EXPECT_EQ(file.error().message.find("hunter2"), std::string::npos);
  EXPECT_NE(file.error().hint.find("repository/v"), std::string::npos);
  EXPECT_NE(config.find("[http \"https://git.example/\"]\n\textraHeader = \"Authorization: Basic "),
            std::string::npos);
  for (const exec::Command& command : runner_.commands) {
    for (const std::string& arg : command.args) {
      EXPECT_EQ(arg.find("hunter2"), std::string::npos);
      EXPECT_EQ(arg.find("Authorization"), std::string::npos);
    }
  }
  EXPECT_TRUE(std::filesystem::is_empty(dir_ / "run"));
}

TEST_F(GitTest, SshNeedsHostKeys) {
  Install("git");
  settings_.ssh_known_hosts = dir_ / "none";
  Session session = MakeSession();
  EXPECT_THAT(FetchGitFile(session, {"git@git.example:v", "a.yaml", kCommit}),
              Fails(Code::kInvalidInput, "--ssh-known-hosts"));
  settings_.ssh_known_hosts = dir_.Write("known_hosts", "x");
  Mount("repository/v", {{"url", "git@git.example:v"}, {"sshPrivateKey", "KEY"}});
  std::string key;
  runner_.answer = [&](const exec::Command& command) -> Result<exec::Outcome> {
    if (command.args[0] != "fetch") return exec::Outcome();
    const std::string& ssh = command.environment.at("GIT_SSH_COMMAND");
    const std::size_t at = ssh.find(" -i ") + 4;
    key = acd::testing::Slurp(ssh.substr(at, ssh.find(' ', at) - at));
    EXPECT_NE(ssh.find("StrictHostKeyChecking=yes"), std::string::npos);
    return Failed("fatal: remote error: upload-pack: not our ref");
  };
  Session again = MakeSession();
  EXPECT_THAT(FetchGitFile(again, {"git@git.example:v", "a.yaml", kCommit}),
              Fails(Code::kNotFound, kCommit));
  EXPECT_EQ(key, "KEY\n");
}

}  // namespace
}  // namespace acd::sources
