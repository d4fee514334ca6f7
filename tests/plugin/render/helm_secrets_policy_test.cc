#include "plugin/render/helm_secrets_policy.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <string>

#include "tests/support/matchers.h"
#include "tests/support/temp_dir.h"

namespace acd::render {
namespace {

using acd::testing::Fails;
using acd::testing::IsOk;

class HelmSecretsPolicyTest : public ::testing::Test {
 protected:
  HelmSecretsPolicyTest() : root_(std::filesystem::canonical(dir_.path()).string()) {
    dir_.Write("chart/real/v.yaml", "a: b\n");
    std::filesystem::create_symlink("real/v.yaml", root_ + "/chart/link.yaml");
    std::filesystem::create_symlink("real", root_ + "/chart/folder");
  }

  static HelmSecretsPolicy Policy(const std::map<std::string, std::string>& environment) {
    return HelmSecretsPolicy::FromEnvironment([&](const char* name) -> const char* {
      const auto found = environment.find(name);
      return found == environment.end() ? nullptr : found->second.c_str();
    });
  }

  Status Check(const std::map<std::string, std::string>& environment, const std::string& text) {
    const auto url = ParseValueUrl(text);
    if (!url) return Fail(url.error());
    return Policy(environment).Check(*url, root_, root_ + "/chart");
  }

  testing::TempDir dir_;
  std::string root_;
};

TEST_F(HelmSecretsPolicyTest, AllowsEverythingByDefault) {
  for (const char* text : {"secrets://link.yaml", "secrets:///chart/real/v.yaml", "secrets://../x",
                           "secrets+age-import:///sops/age/k?v.yaml"}) {
    EXPECT_THAT(Check({}, text), IsOk()) << text;
    EXPECT_THAT(Check({{"HELM_SECRETS_VALUES_ALLOW_SYMLINKS", "true"},
                       {"HELM_SECRETS_VALUES_ALLOW_ABSOLUTE_PATH", ""}},
                      text),
                IsOk())
        << text;
  }
}

TEST_F(HelmSecretsPolicyTest, RefusesSymlinksAnywhereInThePath) {
  const std::map<std::string, std::string> no = {{"HELM_SECRETS_VALUES_ALLOW_SYMLINKS", "false"}};
  for (const char* path : {"link.yaml", "folder/v.yaml", "folder/../link.yaml", "./folder//v.yaml",
                           "/chart/folder/v.yaml", "../chart/folder/v.yaml"}) {
    EXPECT_THAT(Check(no, std::string("secrets://") + path),
                Fails(Code::kInvalidInput, "Values file '" + std::string(path) +
                                               "' is a symlink. Symlinks are not allowed."))
        << path;
  }
  EXPECT_THAT(Check(no, "secrets://real/v.yaml"), IsOk());
  EXPECT_THAT(Check(no, "secrets://missing.yaml"), IsOk());
  EXPECT_THAT(Check(no, "link.yaml"), IsOk()) << "a plain path is no form of helm-secrets";
}

TEST_F(HelmSecretsPolicyTest, LooksAtNothingOutsideTheRepository) {
  std::string up = "secrets://";
  for (int i = 0; i < 30; ++i) up += "../";
  EXPECT_THAT(Check({{"HELM_SECRETS_VALUES_ALLOW_SYMLINKS", "false"}}, up + "proc/self/exe"),
              IsOk());
}

TEST_F(HelmSecretsPolicyTest, RefusesAbsolutePaths) {
  for (const char* path : {"/chart/real/v.yaml", "\\v.yaml", "c:v.yaml"}) {
    EXPECT_THAT(
        Check({{"HELM_SECRETS_VALUES_ALLOW_ABSOLUTE_PATH", "false"}},
              std::string("secrets://") + path),
        Fails(Code::kInvalidInput, "Values filepath '" + std::string(path) +
                                       "' is an absolute path. Absolute paths are not allowed."))
        << path;
  }
}

TEST_F(HelmSecretsPolicyTest, RefusesTraversalAlsoWithoutASlash) {
  const std::map<std::string, std::string> no = {
      {"HELM_SECRETS_VALUES_ALLOW_PATH_TRAVERSAL", "false"}};
  for (const char* path : {"../x", "..", "real/../real/v.yaml", "real/.."}) {
    EXPECT_THAT(Check(no, std::string("secrets://") + path),
                Fails(Code::kInvalidInput, "Values filepath '" + std::string(path) +
                                               "' contains '..'. Path traversal is not allowed."))
        << path;
  }
  EXPECT_THAT(Check(no, "secrets://real/..v.yaml"), IsOk());
}

TEST_F(HelmSecretsPolicyTest, BindsKeyFilesToAPrefixThatDotsDoNotLeave) {
  const std::map<std::string, std::string> prefix = {
      {"HELM_SECRETS_KEY_LOCATION_PREFIX", "/sops/age/"}};
  EXPECT_THAT(Check(prefix, "secrets+age-import:///sops/age/k?v.yaml"), IsOk());
  EXPECT_THAT(Check(prefix, "secrets+age-import:///sops/./age/k?v.yaml"), IsOk());
  for (const char* key : {"/sops/age/../other/k", "/etc/x", "sops/age/k"}) {
    EXPECT_THAT(
        Check(prefix, "secrets+age-import://" + std::string(key) + "?v.yaml"),
        Fails(Code::kInvalidInput, "Key location '" + std::string(key) + "' is not allowed"))
        << key;
  }
}

TEST_F(HelmSecretsPolicyTest, RefusesEachImportByItsOwnVariable) {
  const struct {
    const char* variable;
    const char* scheme;
    const char* key;
  } cases[] = {
      {"HELM_SECRETS_ALLOW_AGE_IMPORT", "secrets+age-import://", "/k"},
      {"HELM_SECRETS_ALLOW_AGE_IMPORT_KUBERNETES", "secrets+age-import-kubernetes://", "n/s#k"},
      {"HELM_SECRETS_ALLOW_GPG_IMPORT", "secrets+gpg-import://", "/k"},
      {"HELM_SECRETS_ALLOW_GPG_IMPORT_KUBERNETES", "secrets+gpg-import-kubernetes://", "n/s#k"},
  };
  for (const auto& refused : cases) {
    for (const auto& c : cases) {
      const auto checked =
          Check({{refused.variable, "false"}}, std::string(c.scheme) + c.key + "?v.yaml");
      if (c.variable == refused.variable) {
        EXPECT_THAT(checked, Fails(Code::kInvalidInput,
                                   c.scheme + std::string(" is not allowed in this context!")));
      } else {
        EXPECT_THAT(checked, IsOk()) << c.scheme;
      }
    }
  }
}

TEST_F(HelmSecretsPolicyTest, NamesSettingsThatAskForMoreThanSops) {
  EXPECT_THAT(Check({{"HELM_SECRETS_BACKEND", "vals"}}, "secrets://v.yaml"),
              Fails(Code::kUnsupported, "HELM_SECRETS_BACKEND is 'vals'"));
  EXPECT_THAT(Check({{"HELM_SECRETS_BACKEND", "vals"}}, "secrets://sops!v.yaml"), IsOk());
  EXPECT_THAT(Check({{"HELM_SECRETS_BACKEND", "sops"}}, "secrets://v.yaml"), IsOk());
  EXPECT_THAT(Check({{"HELM_SECRETS_ALLOWED_BACKENDS", "vals,sopsx"}}, "secrets://v.yaml"),
              Fails(Code::kInvalidInput, "secret backend 'sops' not allowed"));
  EXPECT_THAT(Check({{"HELM_SECRETS_ALLOWED_BACKENDS", "vals,sops"}}, "secrets://v.yaml"), IsOk());
  for (const char* variable : {"HELM_SECRETS_BACKEND_ARGS", "HELM_SECRETS_EVALUATE_TEMPLATES",
                               "HELM_SECRETS_LOAD_GPG_KEYS"}) {
    EXPECT_THAT(Check({{variable, "true"}}, "secrets://v.yaml"),
                Fails(Code::kUnsupported, variable));
    EXPECT_THAT(Check({{variable, "true"}}, "v.yaml"), IsOk()) << "a plain path";
  }
  EXPECT_THAT(Check({{"HELM_SECRETS_URL_VARIABLE_EXPANSION", "true"}}, "secrets://https://h/${X}"),
              Fails(Code::kUnsupported, "HELM_SECRETS_URL_VARIABLE_EXPANSION"));
}

TEST_F(HelmSecretsPolicyTest, AnythingButTrueRefuses) {
  for (const char* word : {"false", "False", "0", "no", "TRUE"}) {
    EXPECT_THAT(Check({{"HELM_SECRETS_ALLOW_AGE_IMPORT", word}}, "secrets+age-import:///k?v.yaml"),
                Fails(Code::kInvalidInput, "secrets+age-import:// is not allowed in this context!"))
        << word;
    EXPECT_THAT(Check({{"HELM_SECRETS_VALUES_ALLOW_PATH_TRAVERSAL", word}}, "secrets://../x"),
                Fails(Code::kInvalidInput, "Path traversal"))
        << word;
  }
}

}  // namespace
}  // namespace acd::render
