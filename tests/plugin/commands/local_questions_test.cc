// `discover` and `parameters`, as a stock plugin server calls them.
#include <gmock/gmock.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <set>
#include <string>

#include "plugin/commands/local_place.h"
#include "tests/plugin/commands/program.h"
#include "tests/plugin/workspace/test_folder.h"

namespace acd::commands {
namespace {

using testing::Finished;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::RunProgram;
using workspace::testing::TestFolder;

std::string Sample(const std::string& name) {
  return std::string(ACD_SOURCE_DIR) + "/tests/testdata/render/" + name;
}

TEST(RepositoryOf, IsWhatAStockServerUnpacked) {
  EXPECT_EQ(RepositoryOf("/tmp/_cmp_server/123/apps/a", ""), "/tmp/_cmp_server/123");
  EXPECT_EQ(RepositoryOf("/tmp/_cmp_server/123", ""), "/tmp/_cmp_server/123");
  EXPECT_EQ(RepositoryOf("/tmp/_cmp_server/123/apps/a", "a"), "/tmp/_cmp_server/123");
}

TEST(RepositoryOf, IsWhatTheSourcePathSaysOrTheFolderItself) {
  EXPECT_EQ(RepositoryOf("/repo/apps/a", "apps/a"), "/repo");
  EXPECT_EQ(RepositoryOf("/repo/apps/a", "/apps/a/"), "/repo");
  for (const char* path : {"", ".", "..", "../x", "other", "/"}) {
    EXPECT_EQ(RepositoryOf("/repo/apps/a", path), "/repo/apps/a") << path;
  }
  const TestFolder folder;
  folder.Write(".git/HEAD", "ref: x\n");
  std::filesystem::create_directories(folder / "apps/a");
  EXPECT_EQ(RepositoryOf(folder / "apps/a", ""), folder.path());
}

TEST(DiscoverCommand, PrintsTheRendererOfAFolderWithSomethingEncrypted) {
  for (const auto& [app, renderer] :
       {std::pair("directory", "directory\n"), std::pair("helm", "helm\n"),
        std::pair("kustomize/overlay", "kustomize\n"), std::pair("ksops", "kustomize\n")}) {
    const Finished done = RunProgram({"discover"}, {}, Sample(app));
    EXPECT_EQ(done.exit_code, 0) << app;
    EXPECT_EQ(done.out, renderer) << app;
    EXPECT_THAT(done.err, IsEmpty()) << app;
  }
}

TEST(DiscoverCommand, PrintsNothingForAnyOther) {
  const TestFolder folder;
  folder.Write("plain.yaml", "kind: ConfigMap\n");
  const Finished done = RunProgram({"discover"}, {}, folder.path());
  EXPECT_EQ(done.exit_code, 0);
  EXPECT_THAT(done.out, IsEmpty());
}

TEST(ParametersCommand, PrintsAJsonArray) {
  const Finished done = RunProgram(
      {"parameters"},
      {"ARGOCD_APP_NAME=shop",
       R"(ARGOCD_APP_PARAMETERS=[{"name":"valueFiles","array":["values-dev.yaml","secrets.yaml"]}])"},
      Sample("helm"));
  EXPECT_EQ(done.exit_code, 0) << done.err;
  const auto list = nlohmann::json::parse(done.out, nullptr, false);
  ASSERT_TRUE(list.is_array()) << done.out;
  std::set<std::string> names;
  for (const auto& entry : list) names.insert(entry.at("name"));
  EXPECT_TRUE(names.contains("valueFiles"));
  EXPECT_FALSE(names.contains("recurse"));
  EXPECT_THAT(done.out, HasSubstr("(found: "));
  EXPECT_THAT(done.out, ::testing::Not(HasSubstr("ENC[")));
}

TEST(LocalQuestions, ExplainThemselves) {
  for (const char* command : {"discover", "parameters"}) {
    const Finished done = RunProgram({command, "--help"});
    EXPECT_EQ(done.exit_code, 0);
    EXPECT_THAT(done.out, HasSubstr("Example: "));
    EXPECT_EQ(RunProgram({command, "--nonsense"}).exit_code, 2);
  }
}

}  // namespace
}  // namespace acd::commands
