#include "plugin/sources/repository.h"

#include "plugin/sources/access.h"
#include "plugin/sources/repository_url.h"
#include "tests/plugin/sources/sources_fixture.h"

namespace acd::sources {
namespace {

TEST(RepositoryUrl, TakesAddressesApart) {
  EXPECT_EQ(UrlHost("https://Git.Example:8443/a"), "git.example:8443");
  EXPECT_EQ(UrlHost("git@Git.Example:team/a.git"), "git.example");
  EXPECT_EQ(UrlHost("https://u:p@git.example/a@b"), "git.example");
  EXPECT_EQ(UrlHost("registry.example:5000/team"), "registry.example:5000");
  EXPECT_EQ(UrlHostName("https://[::1]:8443/a"), "[::1]");
  EXPECT_EQ(UrlOrigin("https://a.example:443/x"), "https://a.example");
  EXPECT_EQ(UrlOrigin("git@a.example:x"), "");
  EXPECT_EQ(UrlWithoutPassword("https://u:p@a.example/x"), "https://a.example/x");
  EXPECT_EQ(UrlWithoutPassword("https://token@a.example/x"), "https://a.example/x");
  EXPECT_EQ(UrlWithoutPassword("ssh://git@a.example/x"), "ssh://git@a.example/x");
  EXPECT_EQ(UrlWithoutPassword("https://a.example/x@y"), "https://a.example/x@y");
}

// The pairs of Argo CD's own TestSameURL and TestNormalizeGitURL.
TEST(RepositoryUrl, ComparesGitAddressesAsArgo) {
  const std::string same = NormalGitUrl("git@github.com:argoproj/test");
  for (const char* url :
       {"git@GITHUB.com:argoproj/test", "git@GITHUB.com:argoproj/test.git",
        "ssh://git@GITHUB.com/argoproj/test", " git@github.com:argoproj/test.git ",
        "ssh://git@GITHUB.com/argoproj/test.git"}) {
    EXPECT_EQ(NormalGitUrl(url), same) << url;
  }
  EXPECT_EQ(NormalGitUrl("https://GITHUB.com/argoproj/test.git"),
            NormalGitUrl("https://github.com/argoproj/TEST"));
  EXPECT_NE(NormalGitUrl("https://github.com/argoproj/test"), same);
}

TEST(RepositoryUrl, PrefixesAreWholeComponents) {
  EXPECT_TRUE(IsUrlPrefix("https://a.example", "https://a.example/x"));
  EXPECT_TRUE(IsUrlPrefix("https://a.example/x/", "https://a.example/x"));
  EXPECT_FALSE(IsUrlPrefix("https://a.example", "https://a.example.evil.org/x"));
  EXPECT_FALSE(IsUrlPrefix("https://a.example", "https://a.example:8443/x"));
  EXPECT_FALSE(IsUrlPrefix("https://a.example/te", "https://a.example/team"));
  EXPECT_FALSE(IsUrlPrefix("https://", "https://a.example"));
  EXPECT_FALSE(IsUrlPrefix("", "https://a.example"));
}

class SecretsTest : public SourcesTest {
 protected:
  Result<Access> Charts(const std::string& url, const std::string& project = "alpha") {
    auto read = ReadRepositorySecrets(settings_.repository_secrets);
    if (!read) return Fail(std::move(read).error());
    repositories_ = *std::move(read);
    return AccessFinder(repositories_, project).Charts(url);
  }
  Result<Access> Git(const std::string& url, const std::string& project = "alpha") {
    auto read = ReadRepositorySecrets(settings_.repository_secrets);
    if (!read) return Fail(std::move(read).error());
    repositories_ = *std::move(read);
    return AccessFinder(repositories_, project).Git(url);
  }
  static std::string Password(const Result<Access>& access) {
    if (!access) return "ERROR " + access.error().message;
    if (access->credentials == nullptr) return "none";
    return std::string(access->credentials->password.ExposeText());
  }
  std::vector<Repository> repositories_;
};

TEST_F(SecretsTest, ReadsEveryField) {
  Mount("repository/a", {{"url", "https://a.example"},
                         {"type", "Helm"},
                         {"name", "a"},
                         {"username", "robot"},
                         {"password", "p w\n"},
                         {"tlsClientCertData", "C"},
                         {"tlsClientCertKey", "K"},
                         {"insecure", "true"},
                         {"insecureOCIForceHttp", "1"},
                         {"enableOCI", "f"},
                         {"proxy", "http://proxy:3128"},
                         {"noProxy", "b.example"},
                         {"project", "alpha"}});
  const auto access = Charts("https://a.example/");
  ASSERT_THAT(access, IsOk());
  const Repository& one = *access->credentials;
  EXPECT_EQ(one.secret, "repository/a");
  EXPECT_EQ(one.type, "helm");
  EXPECT_EQ(one.username.ExposeText(), "robot");
  EXPECT_EQ(one.password.ExposeText(), "p w\n");
  EXPECT_EQ(one.tls_certificate.ExposeText(), "C");
  EXPECT_TRUE(one.insecure && one.insecure_ignore_host_key && one.plain_http);
  EXPECT_FALSE(one.enable_oci);
  EXPECT_EQ(one.proxy, "http://proxy:3128");
  EXPECT_EQ(access->grant.find("p w"), std::string::npos);
}

TEST_F(SecretsTest, AnotherProjectsSecretDoesNotExist) {
  Mount("repository/a", {{"url", "https://a.example"},
                         {"type", "helm"},
                         {"name", "a"},
                         {"password", "alphas"},
                         {"project", "alpha"}});
  EXPECT_EQ(Password(Charts("https://a.example")), "alphas");
  EXPECT_EQ(Password(Charts("https://a.example", "beta")), "none");
  EXPECT_EQ(Password(Charts("https://a.example", "")), "none");
  EXPECT_THAT(Charts("@a", "beta"), Fails(Code::kNotFound, "@a"));
  EXPECT_EQ(Password(Charts("alias:a")), "alphas");
  Mount("repository/b", {{"url", "https://a.example"}, {"type", "helm"}, {"password", "all"}});
  EXPECT_EQ(Password(Charts("https://a.example")), "alphas");
  EXPECT_EQ(Password(Charts("https://a.example", "beta")), "all");
  const auto alphas = Charts("https://a.example");
  const std::string grant = alphas->grant;
  EXPECT_NE(grant, Charts("https://a.example", "beta")->grant);
}

TEST_F(SecretsTest, TheLongestPrefixCounts) {
  Mount("repo-creds/a", {{"url", "https://a.example"}, {"type", "helm"}, {"password", "host"}});
  Mount("repo-creds/b",
        {{"url", "https://a.example/team"}, {"type", "helm"}, {"password", "team"}});
  EXPECT_EQ(Password(Charts("https://a.example/x")), "host");
  EXPECT_EQ(Password(Charts("https://a.example/team/x")), "team");
  EXPECT_EQ(Password(Charts("https://a.example/teams")), "host");
  EXPECT_EQ(Password(Charts("https://a.example.evil.org/x")), "none");
  // A repository without credentials of its own takes the prefix's.
  Mount("repository/c", {{"url", "https://a.example/team/c"}, {"type", "helm"}, {"name", "c"}});
  EXPECT_EQ(Password(Charts("@c")), "team");
}

TEST_F(SecretsTest, KindsOfRepositoriesAreApart) {
  Mount("repository/g", {{"url", "https://a.example/x.git"}, {"password", "git"}});
  Mount("repository/h", {{"url", "https://a.example/x"}, {"type", "helm"}, {"password", "helm"}});
  EXPECT_EQ(Password(Git("https://a.example/x")), "git");
  EXPECT_EQ(Password(Charts("https://a.example/x")), "helm");
}

TEST_F(SecretsTest, RegistriesMatchByTheirFolder) {
  Mount("repository/r", {{"url", "r.example/team"},
                         {"type", "helm"},
                         {"enableOCI", "true"},
                         {"username", "u"},
                         {"password", "oci"}});
  EXPECT_EQ(Password(Charts("oci://r.example/team")), "oci");
  EXPECT_EQ(Password(Charts("oci://r.example/team/deeper")), "oci");
  EXPECT_EQ(Password(Charts("oci://r.example")), "oci");
  EXPECT_EQ(Password(Charts("oci://r.example/teams")), "none");
  EXPECT_EQ(Password(Charts("oci://other.example/team")), "none");
}

TEST_F(SecretsTest, WhatCannotBeHonouredIsNamed) {
  const std::map<std::string, std::string> base = {{"url", "https://a.example"}, {"type", "helm"}};
  for (const auto& [field, value] :
       std::map<std::string, std::string>{{"githubAppPrivateKey", "x"},
                                          {"gcpServiceAccountKey", "{}"},
                                          {"useAzureWorkloadIdentity", "true"},
                                          {"insecure", "maybe"},
                                          {"type", "svn"},
                                          {"tlsClientCertData", "x"},
                                          {"proxy", "http://u:secret@p"}}) {
    auto data = base;
    data[field] = value;
    Mount("repository/a", data);
    const auto access = Charts("https://a.example");
    if (field == "type") continue;  // then it is no chart repository
    EXPECT_THAT(access, Fails(Code::kInvalidInput, field)) << field;
    EXPECT_EQ(access.error().message.find("secret@"), std::string::npos);
    EXPECT_THAT(Charts("https://b.example"), IsOk()) << "it stops nobody else";
  }
}

TEST_F(SecretsTest, WhatIsMountedNowCounts) {
  EXPECT_EQ(Password(Git("https://a.example/x")), "none");
  Mount("repository/a", {{"url", "https://a.example/x"}, {"password", "one"}});
  EXPECT_EQ(Password(Git("https://a.example/x")), "one");
  Mount("repository/a", {{"url", "https://a.example/x"}, {"password", "two"}});
  EXPECT_EQ(Password(Git("https://a.example/x")), "two");
  std::filesystem::remove_all(dir_ / "secrets/repository/a");
  EXPECT_EQ(Password(Git("https://a.example/x")), "none");
  std::filesystem::remove_all(dir_ / "secrets");
  EXPECT_THAT(Git("https://a.example/x"), Fails(Code::kNotFound, "--repository-secrets"));
}

TEST_F(SecretsTest, PasswordsInUrlsAreRefused) {
  const auto access = Charts("https://u:hunter2@a.example");
  EXPECT_THAT(access, Fails(Code::kInvalidInput, "https://a.example: the URL has a password"));
  EXPECT_THAT(Charts("s3://bucket"), Fails(Code::kInvalidInput, "s3://bucket"));
  EXPECT_THAT(Charts("secrets://x"), Fails(Code::kInvalidInput, ""));
}

}  // namespace
}  // namespace acd::sources
