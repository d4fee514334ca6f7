#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "plugin/commands/tool_guard_policy.h"
#include "tests/support/matchers.h"
#include "tests/support/temp_dir.h"

namespace acd::commands {
namespace {

using acd::testing::Fails;
using acd::testing::IsOk;

std::string Git(const Words& args) {
  const auto out = GuardGit(args);
  if (!out) return "ERROR " + out.error().message;
  std::string text;
  for (const std::string& word : *out) text += " " + word;
  const std::string fixed =
      " -c core.hooksPath=/dev/null -c core.fsmonitor=false -c protocol.ext.allow=never";
  return text.starts_with(fixed) ? text.substr(fixed.size() + 1) : "NOT FIXED" + text;
}

TEST(ToolGuard, LetsGitDoWhatKustomizeAsks) {
  EXPECT_EQ(Git({"init"}), "init");
  EXPECT_EQ(Git({"remote", "add", "origin", "https://h/r"}), "remote add -- origin https://h/r");
  EXPECT_EQ(Git({"fetch", "--depth=1", "https://h/r", "v1"}),
            "fetch --depth=1 --end-of-options https://h/r v1");
  EXPECT_EQ(Git({"fetch", "--depth=1", "git@h:r", "HEAD"}),
            "fetch --depth=1 --end-of-options git@h:r HEAD");
  EXPECT_EQ(Git({"checkout", "FETCH_HEAD"}), "checkout FETCH_HEAD");
  EXPECT_EQ(Git({"submodule", "update", "--init", "--recursive"}),
            "submodule update --init --recursive");
}

TEST(ToolGuard, LetsGitDoNothingElse) {
  for (const Words& args : std::initializer_list<Words>{
           {},
           {"fetch"},
           {"fetch", "--depth=1", "https://h/r", "--upload-pack=touch /tmp/x"},
           {"fetch", "--depth=1", "https://h/r", ""},
           {"fetch", "--depth=1", "--upload-pack=x", "main"},
           {"fetch", "--depth=1", "https://h/r", "a", "b"},
           {"fetch", "--depth=2", "https://h/r", "a"},
           {"fetch", "--depth=1", "/etc", "a"},
           {"fetch", "--depth=1", "file:///etc", "a"},
           {"fetch", "--depth=1", "ext::sh -c id", "a"},
           {"fetch", "--depth=1", "ssh://-oProxyCommand=id/x", "a"},
           {"fetch", "--depth=1", "u@-oProxyCommand=id:x", "a"},
           {"fetch", "--depth=1", "./x:y", "a"},
           {"remote", "add", "origin", "../x"},
           {"remote", "add", "evil", "https://h/r"},
           {"checkout", "main"},
           {"-c", "alias.x=!id", "x"},
           {"submodule", "foreach", "id"},
           {"config", "core.sshCommand", "id"}}) {
    EXPECT_THAT(GuardGit(args), Fails(Code::kInvalidInput, "")) << Git(args);
  }
}

class ToolGuardHelm : public ::testing::Test {
 protected:
  ToolGuardHelm() {
    chart_ = dir_ / "charts/web";
    std::filesystem::create_directories(chart_);
    dir_.Write("charts/web/Chart.yaml", "name: web\n");
    values_ = dir_.Write("values.yaml", "a: b\n");
  }

  bool Inside(const std::string& path) const {
    const auto real = std::filesystem::weakly_canonical(path).native();
    return real.starts_with(std::filesystem::canonical(dir_.path()).native() + "/");
  }
  std::string Helm(const Words& args) const {
    const auto out = GuardHelm(args, [this](const std::string& path) { return Inside(path); });
    if (!out) return "ERROR " + out.error().message;
    std::string text;
    for (const std::string& word : *out) text += (text.empty() ? "" : " ") + word;
    return text;
  }

  testing::TempDir dir_;
  std::string chart_;
  std::string values_;
};

TEST_F(ToolGuardHelm, DoesWhatKustomizeAsks) {
  EXPECT_EQ(Helm({"template", "rel", chart_, "--namespace", "--post-renderer=x", "-f", values_,
                  "--api-versions", "v1", "--kube-version", "1.30", "--include-crds",
                  "--skip-tests", "--no-hooks", "--debug", "--devel"}),
            "template rel " + chart_ + " --namespace=--post-renderer=x --values=" + values_ +
                " --api-versions=v1 --kube-version=1.30 --include-crds --skip-tests --no-hooks "
                "--devel");
  EXPECT_EQ(Helm({"template", "--generate-name", chart_}), "template --generate-name " + chart_);
  const std::string home = dir_ / "charts/new";
  EXPECT_EQ(Helm({"pull", "--untar", "--untardir", home, "--repo", "https://h/c", "web",
                  "--version", "1.0.0", "--devel"}),
            "pull --untar --untardir=" + home + " --repo=https://h/c web --version=1.0.0 --devel");
  EXPECT_EQ(Helm({"pull", "--untar", "--untardir", home, "oci://h/c/web"}),
            "pull --untar --untardir=" + home + " oci://h/c/web");
  EXPECT_TRUE(AsksVersion({"version", "-c", "--short"}));
}

TEST_F(ToolGuardHelm, DoesNothingElse) {
  dir_.Write("outside.yaml", "");
  const std::string home = dir_ / "charts";
  for (const Words& args : std::initializer_list<Words>{
           {},
           {"install", "x", chart_},
           {"template", "--post-renderer=/bin/sh", chart_},
           {"template", "", chart_},
           {"template", "rel", "/etc"},
           {"template", "rel", "charts/web"},
           {"template", "rel", dir_ / "missing/../../.."},
           {"template", "rel", chart_, "--post-renderer", "x"},
           {"template", "rel", chart_, "--set-file", "a=/etc/passwd"},
           {"template", "rel", chart_, "-f", "/etc/passwd"},
           {"template", "rel", chart_, "-f", "secrets://x"},
           {"template", "rel", chart_, "-f", values_ + ",/etc/passwd"},
           {"template", "rel", chart_, "-f"},
           {"pull", "--untar", "--untardir", "/tmp", "--repo", "https://h", "web"},
           {"pull", "--untar", "--untardir", home, "--repo", "evil://h", "web"},
           {"pull", "--untar", "--untardir", home, "--repo", "file:///x", "web"},
           {"pull", "--untar", "--untardir", home, "--repo", "https://h", "--ca-file=x"},
           {"pull", "--untar", "--untardir", home, "web"},
           {"pull", "--untar", "--untardir", home, "https://h/web.tgz"},
           {"pull", "--untar", "--untardir", home, "oci://h/web", "--password", "x"},
           {"version"},
           {"plugin", "install", "x"}}) {
    EXPECT_THAT(Helm(args), ::testing::StartsWith("ERROR "));
  }
}

TEST_F(ToolGuardHelm, LooksAtTheSymlinksOfAChart) {
  std::filesystem::create_directory(chart_ + "/files");
  std::filesystem::create_symlink("../Chart.yaml", chart_ + "/files/fine");
  EXPECT_EQ(Helm({"template", "rel", chart_}), "template rel " + chart_);
  std::filesystem::create_symlink("/etc/passwd", chart_ + "/files/key");
  EXPECT_EQ(Helm({"template", "rel", chart_}), "ERROR chart: key: a symlink leaves the repository");
}

}  // namespace
}  // namespace acd::commands
