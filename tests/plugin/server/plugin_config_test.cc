#include "plugin/server/plugin_config.h"

#include "tests/support/matchers.h"

namespace acd::server {
namespace {

using acd::testing::Fails;
using acd::testing::IsOk;

Result<PluginConfig> Parse(const std::string& text) { return ParsePluginConfig(text, "p.yaml"); }

std::string WithSpec(const std::string& spec) {
  return "apiVersion: argoproj.io/v1alpha1\nkind: ConfigManagementPlugin\nmetadata:\n  name: sops\n"
         "spec:\n" +
         spec;
}

TEST(PluginConfig, NamesTheSocketAsArgoCdDoes) {
  const auto plain = Parse("kind: ConfigManagementPlugin\nmetadata: {name: sops}\n");
  ASSERT_THAT(plain, IsOk());
  EXPECT_EQ(plain->name, "sops");
  EXPECT_FALSE(plain->preserve_file_mode);

  const auto versioned = Parse(WithSpec("  version: v1.0\n  preserveFileMode: true\n"));
  ASSERT_THAT(versioned, IsOk());
  EXPECT_EQ(versioned->name, "sops-v1.0");
  EXPECT_TRUE(versioned->preserve_file_mode);
}

TEST(PluginConfig, MatchesKeysWithoutRegardToCaseAndIgnoresOthers) {
  const auto config = Parse(
      "Kind: ConfigManagementPlugin\nMetadata: {NAME: sops, labels: {a: b}}\nspec: {other: 1}\n");
  ASSERT_THAT(config, IsOk());
  EXPECT_EQ(config->name, "sops");
}

TEST(PluginConfig, RefusesWhatItWouldHaveToRun) {
  for (const char* field : {"init", "generate", "discover", "parameters"}) {
    EXPECT_THAT(Parse(WithSpec(std::string("  ") + field + ": {command: [sh]}\n")),
                Fails(Code::kUnsupported, std::string("p.yaml: spec.") + field));
  }
  EXPECT_THAT(Parse(WithSpec("  provideGitCreds: false\n  generate:\n")), IsOk());
}

TEST(PluginConfig, AsksForGitCredentialsOnlyWhenTold) {
  EXPECT_FALSE(Parse(WithSpec("  provideGitCreds: false\n"))->provide_git_creds);
  EXPECT_TRUE(Parse(WithSpec("  provideGitCreds: true\n"))->provide_git_creds);
  EXPECT_THAT(Parse(WithSpec("  provideGitCreds: perhaps\n")),
              Fails(Code::kInvalidInput, "spec.provideGitCreds"));
}

TEST(PluginConfig, RefusesOtherDocuments) {
  EXPECT_THAT(Parse("kind: ConfigMap\nmetadata: {name: x}\n"), Fails(Code::kInvalidInput, "kind"));
  EXPECT_THAT(Parse(""), Fails(Code::kInvalidInput, "kind"));
  EXPECT_THAT(Parse("just text"), Fails(Code::kInvalidInput, "kind"));
  EXPECT_THAT(Parse("- a\n- b\n"), Fails(Code::kInvalidInput, "kind"));
  EXPECT_THAT(Parse("kind: [\n"), Fails(Code::kInvalidInput, "p.yaml:"));
  EXPECT_THAT(Parse("kind: ConfigManagementPlugin\n"), Fails(Code::kInvalidInput, "metadata.name"));
  EXPECT_THAT(Parse(WithSpec("  preserveFileMode: maybe\n")),
              Fails(Code::kInvalidInput, "spec.preserveFileMode"));
}

TEST(PluginConfig, RefusesANameThatIsNoFileName) {
  for (const char* name : {"../x", "a/b", ".hidden", "\"a b\"", "\"a\\0b\""}) {
    EXPECT_THAT(
        Parse(std::string("kind: ConfigManagementPlugin\nmetadata: {name: ") + name + "}\n"),
        Fails(Code::kInvalidInput, "name the socket"));
  }
}

TEST(PluginConfig, SaysWhichFileIsMissing) {
  EXPECT_THAT(LoadPluginConfig("/nonexistent/plugin.yaml"),
              Fails(Code::kNotFound, "/nonexistent/plugin.yaml"));
  const auto missing = LoadPluginConfig("/nonexistent");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().message, "/nonexistent: No such file or directory");
}

}  // namespace
}  // namespace acd::server
