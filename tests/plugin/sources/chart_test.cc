#include "plugin/sources/chart_file.h"
#include "plugin/sources/charts.h"
#include "plugin/sources/dependencies.h"
#include "plugin/sources/tool_words.h"
#include "tests/plugin/sources/sources_fixture.h"

namespace acd::sources {
namespace {

namespace fs = std::filesystem;

TEST(Versions, ExactOnesAreNoRanges) {
  for (const char* exact : {"1.2.3", "v1.2.3", "1.2.3-rc.1", "1.2.3+build.5", "0.0.0"}) {
    EXPECT_TRUE(IsExactVersion(exact)) << exact;
  }
  for (const char* range : {"", "1", "1.2", "^1.2.3", "~1.2.3", ">=1.2.3", "1.2.x", "1.2.3 - 2",
                            "*", "1.2.3 || 2.0.0", "1..3", ".1.2"}) {
    EXPECT_FALSE(IsExactVersion(range)) << range;
  }
}

class ChartTest : public SourcesTest {
 protected:
  /// A helm that leaves one chart in charts/ of whatever it builds.
  void InstallHelm(const std::string& content = "chart") {
    Install("helm");
    runner_.answer = [this, content](const exec::Command& command) -> Result<exec::Outcome> {
      acd::testing::TempDir ignored;
      fs::create_directories(command.directory + "/charts");
      std::ofstream(command.directory + "/charts/common-1.2.3.tgz") << content;
      const auto config = command.environment.at("HELM_REPOSITORY_CONFIG");
      repositories_ = acd::testing::Slurp(config);
      registry_ = acd::testing::Slurp(command.environment.at("HELM_REGISTRY_CONFIG"));
      mode_ = fs::status(config).permissions();
      return exec::Outcome();
    };
  }
  std::string repositories_;
  std::string registry_;
  fs::perms mode_ = fs::perms::none;
};

// That it is helm's is tested in tests/interop/sources, by lock files that helm wrote.
TEST_F(ChartTest, ReadsWhatTheDigestIsOf) {
  dir_.Write("tree/Chart.yaml",
             "apiVersion: v2\nname: a\nversion: 1.0.0\ndependencies:\n"
             "- name: common\n  version: ^1.0.0\n  repository: https://a.example/<&>\n"
             "  condition: c.enabled\n  tags: [x, z]\n  alias: other\n");
  dir_.Write("tree/Chart.lock",
             "dependencies:\n- name: common\n  repository: https://a.example/<&>\n"
             "  version: 1.2.3\ndigest: d\ngenerated: \"2026-01-01T00:00:00Z\"\n");
  const auto chart = ReadChartFile(dir_ / "tree");
  ASSERT_THAT(chart, IsOk());
  ASSERT_TRUE(chart->lock);
  EXPECT_EQ(chart->dependencies[0].json->first, R"("name":"common","version":"^1.0.0")");
  EXPECT_EQ(chart->dependencies[0].json->second,
            R"(,"condition":"c.enabled","tags":["x","z"],"alias":"other")");
  EXPECT_TRUE(LockDigest(chart->dependencies, chart->lock->dependencies));
}

TEST(LockDigest, IsHelms) {
  Dependency one;
  one.name = "common";
  one.version = "1.2.3";
  one.repository = "http://127.0.0.1:18090";
  one.json = std::pair(R"("name":"common","version":"1.2.3")", "");
  const std::vector<Dependency> list = {one};
  const std::string digest =  // of a Chart.lock that helm 3.19 wrote
      "sha256:b9c8f0d091891d5fc7b0497a533f3147b299966110e6d13de53d772c08000d10";
  EXPECT_EQ(LockDigest(list, list), digest);
  EXPECT_EQ(LockDigest(list, std::vector<Dependency>(list)), digest);
}

TEST_F(ChartTest, RefusesNamesThatLeave) {
  for (const char* name : {"../x", "a/b", "''", ".hidden"}) {
    dir_.Write("tree/Chart.yaml", std::string("name: a\ndependencies: [{name: ") + name +
                                      ", version: 1.0.0, repository: https://a.example}]\n");
    EXPECT_THAT(ReadChartFile(dir_ / "tree"), Fails(Code::kInvalidInput, "Chart.yaml")) << name;
  }
}

TEST_F(ChartTest, CredentialsAreInFilesOnly) {
  InstallHelm();
  Mount("repository/a", {{"url", "https://a.example"},
                         {"type", "helm"},
                         {"username", "robot"},
                         {"password", "hunter\"2"}});
  Session session = MakeSession();
  ASSERT_THAT(PullChart(session, {"https://a.example", "common", "1.2.3", false}, dir_ / "tree"),
              IsOk());
  EXPECT_EQ(acd::testing::Slurp(dir_ / "tree/common-1.2.3.tgz"), "chart");
  EXPECT_NE(repositories_.find(R"("password":"hunter\"2")"), std::string::npos);
  EXPECT_EQ(mode_, fs::perms::owner_read | fs::perms::owner_write);
  for (const exec::Command& command : runner_.commands) {
    for (const std::string& arg : command.args) EXPECT_EQ(arg.find("hunter"), std::string::npos);
    for (const auto& [name, value] : command.environment) {
      EXPECT_EQ(value.find("hunter"), std::string::npos) << name;
    }
  }
  EXPECT_TRUE(fs::is_empty(dir_ / "run")) << "nothing is left";
}

TEST_F(ChartTest, RegistriesGetTheirOwnFile) {
  InstallHelm();
  Mount("repository/a", {{"url", "r.example/team"},
                         {"type", "helm"},
                         {"enableOCI", "true"},
                         {"username", "robot"},
                         {"password", "pw"},
                         {"insecure", "true"}});
  Session session = MakeSession();
  ASSERT_THAT(PullChart(session, {"oci://r.example/team", "common", "1.2.3", false}, dir_ / "tree"),
              IsOk());
  EXPECT_EQ(registry_, "{\"auths\":{\"r.example\":{\"auth\":\"cm9ib3Q6cHc=\"}}}\n");
  EXPECT_THAT(runner_.commands[0].args, ::testing::Contains("--insecure-skip-tls-verify"));
}

TEST_F(ChartTest, AnErrorShowsNoPassword) {
  Install("helm");
  Mount("repository/a", {{"url", "https://a.example"},
                         {"type", "helm"},
                         {"username", "robot"},
                         {"password", "hunter2"}});
  runner_.answer = [](const exec::Command&) -> Result<exec::Outcome> {
    return Failed(
        "Error: https://robot:hunter2@a.example/index.yaml hunter2 cm9ib3Q6aHVudGVyMg==: "
        "401 Unauthorized");
  };
  Session session = MakeSession();
  const auto pulled =
      PullChart(session, {"https://a.example", "common", "1.2.3", false}, dir_ / "tree");
  ASSERT_THAT(pulled, Fails(Code::kToolFailed, "401 Unauthorized"));
  EXPECT_EQ(pulled.error().message.find("hunter2"), std::string::npos) << pulled.error().message;
  EXPECT_EQ(pulled.error().message.find("cm9ib3"), std::string::npos);
  EXPECT_NE(pulled.error().hint.find("repository/a"), std::string::npos);
  EXPECT_EQ(runner_.commands.size(), 1U) << "a refusal is not asked again";
}

TEST_F(ChartTest, TroublesAreWaitedForInsideTheDeadline) {
  Install("helm");
  runner_.answer = [](const exec::Command&) -> Result<exec::Outcome> {
    return Failed("Error: failed to fetch https://a.example/x : 503 Service Unavailable");
  };
  Session session = MakeSession();
  EXPECT_THAT(PullChart(session, {"https://a.example", "common", "1.2.3", false}, dir_ / "tree"),
              Fails(Code::kToolFailed, "503"));
  EXPECT_EQ(runner_.commands.size(), 4U);
  runner_.commands.clear();
  budget_.deadline = exec::Budget::Clock::now() + std::chrono::milliseconds(900);
  EXPECT_THAT(PullChart(session, {"https://a.example", "common", "1.2.3", false}, dir_ / "tree"),
              Fails(Code::kToolFailed, "503"));
  EXPECT_EQ(runner_.commands.size(), 1U);
}

TEST_F(ChartTest, TheCacheKeepsProjectsApart) {
  InstallHelm();
  settings_.cache = *SourceCache::Open(dir_ / "cache", 1U << 20U);
  Mount("repository/a",
        {{"url", "https://a.example"}, {"type", "helm"}, {"password", "pw"}, {"project", "alpha"}});
  const ChartSource chart{"https://a.example", "common", "1.2.3", false};
  for (int i = 0; i < 2; ++i) {
    Session alpha = MakeSession("alpha");
    ASSERT_THAT(PullChart(alpha, chart, dir_ / "tree"), IsOk());
  }
  EXPECT_EQ(runner_.commands.size(), 1U);
  runner_.answer = [](const exec::Command&) -> Result<exec::Outcome> { return Failed("401"); };
  Session beta = MakeSession("beta");
  EXPECT_THAT(PullChart(beta, chart, dir_ / "tree"), Fails(Code::kToolFailed, "401"));
}

TEST_F(ChartTest, FillsChartsAndRemovesOthers) {
  InstallHelm();
  dir_.Write("tree/Chart.yaml",
             "apiVersion: v2\nname: a\nversion: 1.0.0\ndependencies:\n"
             "- {name: common, version: 1.2.3, repository: 'https://a.example'}\n"
             "- {name: common, version: 1.2.3, repository: 'https://a.example', alias: again}\n");
  dir_.Write("tree/charts/common-1.0.0.tgz", "old");
  Session session = MakeSession();
  ASSERT_THAT(BuildDependencies(session, dir_ / "tree", false), IsOk());
  EXPECT_TRUE(fs::exists(dir_ / "tree/charts/common-1.2.3.tgz"));
  EXPECT_FALSE(fs::exists(dir_ / "tree/charts/common-1.0.0.tgz"));
  EXPECT_EQ(runner_.commands.size(), 1U);
}

TEST_F(ChartTest, ChartsMayNotLeadElsewhere) {
  InstallHelm();
  dir_.Write("tree/Chart.yaml",
             "apiVersion: v2\nname: a\nversion: 1.0.0\ndependencies:\n"
             "- {name: common, version: 1.2.3, repository: 'https://a.example'}\n");
  fs::create_directory_symlink(dir_ / "bin", dir_ / "tree/charts");
  Session session = MakeSession();
  EXPECT_THAT(BuildDependencies(session, dir_ / "tree", false),
              Fails(Code::kInvalidInput, "leaves the repository"));
  for (const char* path : {"file://../x", "file:///etc", "file://../tree2"}) {
    dir_.Write("tree/Chart.yaml", std::string("name: a\ndependencies:\n- {name: common, version: "
                                              "1.2.3, repository: '") +
                                      path + "'}\n");
    EXPECT_THAT(BuildDependencies(session, dir_ / "tree", false),
                Fails(Code::kInvalidInput, "dependency common"))
        << path;
  }
}

/// helm is started when a version is a range, and then reads the chart's files by its own rules.
TEST_F(ChartTest, NoFileThatHelmReadsNamesAFolderElsewhere) {
  InstallHelm();
  const std::string chart = "apiVersion: v2\nname: a\nversion: 1.0.0\n";
  const std::string range = "dependencies:\n- name: x\n  version: '>=1'\n";
  const std::string elsewhere = range + "  repository: file:///outside\n";
  const std::string near = range + "  repository: https://a.example\n";
  const struct {
    const char* name;
    std::string file;
    std::string text;
  } cases[] = {
      {"in any chart", "requirements.yaml", elsewhere},
      {"of a lock file", "Chart.lock", elsewhere + "digest: x\n"},
      {"of the old lock file", "requirements.lock", elsewhere + "digest: x\n"},
      {"merged", "Chart.yaml", chart + range + "  <<: {repository: 'file:///outside'}\n"},
      {"in another case", "Chart.yaml", chart + range + "  Repository: file:///outside\n"},
      {"Go's other s", "Chart.yaml", chart + range + "  repo\xC5\xBFitory: file:///outside\n"},
      {"base64", "Chart.yaml", chart + range + "  repository: !!binary ZmlsZTovLy9vdXRzaWRl\n"},
      {"a base64 name", "Chart.yaml",
       chart + range + "  ? !!binary cmVwb3NpdG9yeQ==\n  : file:///outside\n"},
      {"twice", "Chart.yaml", chart + elsewhere + near},
      {"twice in a dependency", "Chart.yaml",
       chart + elsewhere + "  repository: https://a.example\n"},
      {"all of it merged", "Chart.yaml",
       chart + near + "<<: {dependencies: [{name: x, repository: 'file:///outside'}]}\n"},
  };
  for (const auto& c : cases) {
    for (const char* file : {"requirements.yaml", "Chart.lock", "requirements.lock"}) {
      fs::remove(dir_ / (std::string("tree/") + file));
    }
    dir_.Write("tree/Chart.yaml", chart + near);
    dir_.Write(std::string("tree/") + c.file, c.text);
    Session session = MakeSession();
    EXPECT_THAT(BuildDependencies(session, dir_ / "tree", false), Fails(Code::kInvalidInput, ""))
        << c.name;
  }
  EXPECT_TRUE(runner_.commands.empty());
}

/// Through the link, `..` would be a folder of the tree.
TEST_F(ChartTest, FoldersAreFoundAsHelmFindsThem) {
  InstallHelm();
  fs::create_directories(dir_ / "tree/deep/er");
  fs::create_directories(dir_ / "tree/outside");
  fs::create_directory_symlink("deep/er", dir_ / "tree/link");
  dir_.Write("tree/Chart.yaml",
             "apiVersion: v2\nname: a\nversion: 1.0.0\ndependencies:\n"
             "- {name: x, version: '>=1', repository: 'file://link/../../outside'}\n");
  Session session = MakeSession();
  EXPECT_THAT(BuildDependencies(session, dir_ / "tree", false),
              Fails(Code::kInvalidInput, "leaves the repository"));
  EXPECT_TRUE(runner_.commands.empty());
}

/// Each chart is bounded; this bounds how many there are.
TEST_F(ChartTest, AllChartsTogetherAreBounded) {
  InstallHelm(std::string(1000, 'x'));
  Session session = MakeSession();
  session.bytes_left = 2500;
  for (const char* version : {"1.2.3", "1.2.4"}) {
    EXPECT_THAT(PullChart(session, {"https://a.example", "common", version}, dir_ / "tree"),
                IsOk());
  }
  EXPECT_THAT(PullChart(session, {"https://a.example", "common", "1.2.5"}, dir_ / "tree"),
              Fails(Code::kLimitExceeded, "chart common: the charts of this application"));
  EXPECT_FALSE(fs::exists(dir_ / "tree/common-1.2.5.tgz"));
}

}  // namespace
}  // namespace acd::sources
