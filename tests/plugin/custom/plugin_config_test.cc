#include "plugin/custom/plugin_config.h"

#include <map>

#include "tests/support/matchers.h"

namespace acd::custom {
namespace {

using acd::testing::Fails;
using acd::testing::IsOk;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;
using ::testing::UnorderedElementsAre;

Result<PluginConfig> Parse(const std::string& text) { return ParsePluginConfig(text, "p.yaml"); }

std::string WithSpec(const std::string& spec) {
  return "apiVersion: argoproj.io/v1alpha1\nkind: ConfigManagementPlugin\nmetadata:\n  name: sops\n"
         "spec:\n" +
         spec;
}

TEST(PluginConfig, NamesTheSocketAsArgoCdDoes) {
  const auto plain = Parse("kind: ConfigManagementPlugin\nmetadata: {name: sops}\n");
  ASSERT_THAT(plain, IsOk());
  EXPECT_EQ(plain->FullName(), "sops");
  EXPECT_FALSE(plain->preserve_file_mode);

  const auto versioned = Parse(WithSpec("  version: v1.0\n  preserveFileMode: true\n"));
  ASSERT_THAT(versioned, IsOk());
  EXPECT_EQ(versioned->FullName(), "sops-v1.0");
  EXPECT_TRUE(versioned->preserve_file_mode);
}

TEST(PluginConfig, ReadsAllOfIt) {
  const auto config = Parse(WithSpec(
      "  init: {command: [sh, -c], args: ['echo init']}\n"
      "  generate:\n    command: [sh]\n    args:\n    - -c\n    - |\n      cat *.yaml\n"
      "  discover:\n    fileName: ./*.yaml\n"
      "  parameters:\n    static:\n    - {name: a, title: A, tooltip: t, required: true, "
      "itemType: number, collectionType: map, map: {k: v}, array: [x, z], string: s}\n    - null\n"
      "    dynamic: {command: [jq], args: [.]}\n"
      "  preserveFileMode: yes\n  provideGitCreds: true\n"));
  ASSERT_THAT(config, IsOk());
  EXPECT_THAT(config->init, ElementsAre("sh", "-c", "echo init"));
  EXPECT_THAT(config->generate, ElementsAre("sh", "-c", "cat *.yaml\n"));
  EXPECT_EQ(config->discover_file_name, "./*.yaml");
  ASSERT_EQ(config->static_parameters.size(), 1U);
  const Announcement& known = config->static_parameters[0];
  EXPECT_EQ(known.name, "a");
  EXPECT_TRUE(known.required);
  EXPECT_EQ(known.map.at("k"), "v");
  EXPECT_THAT(known.array, ElementsAre("x", "z"));
  EXPECT_THAT(config->dynamic_parameters, ElementsAre("jq", "."));
  EXPECT_TRUE(config->preserve_file_mode);
  EXPECT_TRUE(config->HasCommands());
  EXPECT_TRUE(config->HasDiscovery());
  EXPECT_THAT(config->warnings, IsEmpty());
}

TEST(PluginConfig, MatchesKeysWithoutRegardToCaseAndWarnsAboutOthers) {
  const auto config = Parse(
      "Kind: ConfigManagementPlugin\nMetadata: {NAME: sops, labels: {a: b}}\nspec: {other: 1, "
      "Discover: {find: {Glob: x, what: 1}}}\nextra: 1\n");
  ASSERT_THAT(config, IsOk());
  EXPECT_EQ(config->name, "sops");
  EXPECT_EQ(config->discover_glob, "x");
  EXPECT_THAT(config->warnings,
              UnorderedElementsAre(StartsWith("spec.other: no such field"), StartsWith("extra: "),
                                   StartsWith("spec.discover.find.what: ")));
}

TEST(PluginConfig, WarnsAboutDiscoveryThatHasNoEffect) {
  const auto config = Parse(WithSpec("  discover: {fileName: a, find: {glob: b, command: [c]}}\n"));
  ASSERT_THAT(config, IsOk());
  EXPECT_THAT(config->warnings,
              ElementsAre(HasSubstr("find.glob: has no effect"), HasSubstr("find.command: has")));
}

// What Argo CD's decoder takes, and what it refuses (checked on it).
TEST(PluginConfig, IsAsStrictAboutTypesAsArgoCd) {
  const std::map<std::string, std::string> refused{
      {"generate: {command: [false]}", "spec.generate.command[0]: must be a text, is a boolean"},
      {"generate: {command: [sh, 5]}", "spec.generate.command[1]: must be a text, is a number"},
      {"generate: {command: sh}", "spec.generate.command: must be a list, is a text"},
      {"generate: []", "spec.generate: must be a map, is a list"},
      {"version: 1.0", "spec.version: must be a text, is a number"},
      {"version: yes", "spec.version: must be a text, is a boolean"},
      {"version: 010", "spec.version: must be a text, is a number"},
      {"preserveFileMode: \"true\"", "spec.preserveFileMode: must be true or false"},
      {"discover: {fileName: 5}", "spec.discover.fileName"},
      {"discover: {find: [x]}", "spec.discover.find: must be a map"},
      {"parameters: {static: {name: a}}", "spec.parameters.static: must be a list"},
      {"parameters: {static: [{name: a, map: {k: 1}}]}", "spec.parameters.static[0].map.k"},
  };
  for (const auto& [text, error] : refused) {
    EXPECT_THAT(Parse(WithSpec("  " + text + "\n")), Fails(Code::kInvalidInput, error)) << text;
  }
  for (const char* taken :
       {"generate: {command: [sh, ~]}", "version: 2024-01-01", "generate:", "init: {command: []}",
        "<<: {version: v1}", "generate: {command: [sh], COMMAND: [x]}",
        "generate: {command: [sh]}\n  generate: {command: [b]}"}) {
    EXPECT_THAT(Parse(WithSpec(std::string("  ") + taken + "\n")), IsOk()) << taken;
  }
  EXPECT_EQ(Parse(WithSpec("  <<: {version: v1}\n"))->version, "v1");
  EXPECT_THAT(Parse(WithSpec("  generate: {command: [a]}\n  generate: {command: [b]}\n"))->generate,
              ElementsAre("b"));
}

TEST(PluginConfig, RefusesACommandThatNothingWouldRun) {
  EXPECT_THAT(Parse(WithSpec("  init: {command: [sh]}\n")),
              Fails(Code::kInvalidInput, "spec.init"));
  EXPECT_THAT(Parse(WithSpec("  generate: {args: [sh]}\n")),
              Fails(Code::kInvalidInput, "spec.generate.command"));
  EXPECT_THAT(Parse(WithSpec("  generate: {command: ['']}\n")),
              Fails(Code::kInvalidInput, "spec.generate.command[0]"));
}

TEST(PluginConfig, TakesArgumentsWithoutACommandForNone) {
  const auto config = Parse(WithSpec(
      "  generate: {command: [sh]}\n  init: {args: [x]}\n"
      "  discover: {find: {glob: '*', args: [x]}}\n  parameters: {dynamic: {args: [x]}}\n"));
  ASSERT_THAT(config, IsOk());
  EXPECT_TRUE(config->init.empty());
  EXPECT_TRUE(config->discover_command.empty());
  EXPECT_EQ(config->warnings.size(), 3U);
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
  EXPECT_THAT(Parse("just text"), Fails(Code::kInvalidInput, "must be a map"));
  EXPECT_THAT(Parse("- a\n- b\n"), Fails(Code::kInvalidInput, "must be a map"));
  EXPECT_THAT(Parse("kind: [\n"), Fails(Code::kInvalidInput, "p.yaml: "));
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
}  // namespace acd::custom
