#include <gmock/gmock.h>
#include <sys/wait.h>

#include <cstdio>
#include <string>

#include "tests/plugin/commands/program.h"
#include "tests/support/temp_dir.h"

namespace acd::commands {
namespace {

using acd::testing::TempDir;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::RunProgram;

constexpr const char* kUnsealed =
    "apiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\n"
    "metadata: {name: good, namespace: shop, generation: 1}\n"
    "status: {observedGeneration: 1, conditions: [{type: Synced, status: 'True'}]}\n";

constexpr const char* kFailed =
    "apiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\n"
    "metadata: {name: bad, namespace: shop, generation: 1}\n"
    "status: {observedGeneration: 1, conditions: [{type: Synced, status: 'False', message: no key "
    "could decrypt "
    "secret (password)}]}\n";

TEST(HealthCommand, PrintsATableAndFailsWhenSomethingIsDegraded) {
  const TempDir dir;
  const std::string good = dir.Write("good.yaml", kUnsealed);
  const auto healthy = RunProgram({"health", good});
  EXPECT_EQ(healthy.exit_code, 0);
  EXPECT_EQ(healthy.out,
            "KIND          NAME       STATUS   MESSAGE\n"
            "SealedSecret  shop/good  Healthy  Secret has been unsealed\n");
  EXPECT_EQ(healthy.err, "argocd-decrypt health: 1 Healthy\n");

  const auto both = RunProgram({"health", good, dir.Write("bad.yaml", kFailed)});
  EXPECT_EQ(both.exit_code, 1);
  EXPECT_THAT(
      both.out,
      HasSubstr("SealedSecret  shop/bad   Degraded  Unsealing failed: no key could decrypt"));
  EXPECT_EQ(both.err, "argocd-decrypt health: 1 Healthy, 1 Degraded\n");
}

TEST(HealthCommand, TakesStreamsListsAndJson) {
  const TempDir dir;
  const std::string list =
      "apiVersion: v1\nkind: List\nitems:\n" +
      std::string(
          "- {apiVersion: bitnami.com/v1alpha1, kind: SealedSecret, metadata: {name: a}}\n"
          "- {apiVersion: v1, kind: Service, metadata: {name: b}}\n---\n") +
      kUnsealed + "---\n# nothing\n---\n";
  const auto yaml = RunProgram({"health", dir.Write("list.yaml", list)});
  EXPECT_EQ(yaml.exit_code, 0) << yaml.err;
  EXPECT_THAT(yaml.out, HasSubstr("SealedSecret  a          Progressing"));
  EXPECT_THAT(yaml.out, HasSubstr("SealedSecret  shop/good  Healthy"));
  EXPECT_THAT(yaml.out, Not(HasSubstr("Service")));
  EXPECT_EQ(yaml.err,
            "argocd-decrypt health: 1 Healthy, 1 Progressing; there is no check for Service (1)\n");

  const std::string json =
      R"({"apiVersion":"bitnami.com/v1alpha1","kind":"SealedSecret","metadata":{"name":"j"}})";
  const auto listed = RunProgram({"health", "-o", "json", dir.Write("x", json)});
  EXPECT_EQ(listed.exit_code, 0);
  EXPECT_THAT(listed.out, HasSubstr(R"("name": "j",)"));
}

TEST(HealthCommand, WithoutAnObjectToCheckItSaysSo) {
  const TempDir dir;
  const auto none =
      RunProgram({"health", dir.Write("e.yaml", "kind: List\napiVersion: v1\nitems: []\n")});
  EXPECT_EQ(none.exit_code, 0);
  EXPECT_EQ(none.out, "");
  EXPECT_EQ(none.err, "argocd-decrypt health: no object to check\n");
  // What is left when the program before it in a pipeline has failed.
  const auto nothing = RunProgram({"health", "-"});
  EXPECT_EQ(nothing.exit_code, 1);
  EXPECT_EQ(nothing.err,
            "argocd-decrypt health: standard input: nothing is in it\n"
            "hint: kubectl prints an empty List where there is nothing: has it failed?\n");
}

TEST(HealthCommand, AnUnreadableFileIsAnErrorWithItsName) {
  const TempDir dir;
  const std::string bad = dir.Write("bad.yaml", "a: [\n");
  const auto broken = RunProgram({"health", dir.Write("good.yaml", kUnsealed), bad});
  EXPECT_EQ(broken.exit_code, 1);
  EXPECT_EQ(broken.out, "");
  EXPECT_THAT(broken.err, HasSubstr("argocd-decrypt health: " + bad + ": document 1: line 2: "));
  const auto missing = RunProgram({"health", bad + "x"});
  EXPECT_EQ(missing.exit_code, 1);
  EXPECT_THAT(missing.err, HasSubstr("bad.yamlx"));
  EXPECT_EQ(RunProgram({"health"}).exit_code, 2);
  EXPECT_EQ(RunProgram({"health", "--output-type", "xml", bad}).exit_code, 2);
}

TEST(HealthCommand, AListAtTheTopIsNotPassedOver) {
  const TempDir dir;
  const auto list = RunProgram(
      {"health", dir.Write("l.json", R"([{"kind":"Service"},{"apiVersion":"bitnami.com/v1alpha1",
    "kind":"SealedSecret","metadata":{"name":"bad","generation":1},"status":{"observedGeneration":1,
    "conditions":[{"type":"Synced","status":"False"}]}}])")});
  EXPECT_EQ(list.exit_code, 1);
  EXPECT_THAT(list.out, HasSubstr("SealedSecret  bad   Degraded"));
  const auto text = RunProgram({"health", dir.Write("t.yaml", "just words\n")});
  EXPECT_EQ(text.exit_code, 1);
  EXPECT_THAT(text.err, HasSubstr("t.yaml: document 1: this is no object"));
}

TEST(HealthCommand, NamesTenKindsWithoutACheck) {
  const TempDir dir;
  std::string many;
  for (int i = 10; i < 40; ++i) many += "---\nkind: Kind" + std::to_string(i) + "\n";
  const auto done = RunProgram({"health", dir.Write("m.yaml", many)});
  EXPECT_EQ(done.exit_code, 0);
  EXPECT_THAT(done.err, HasSubstr("Kind10 (1), Kind11 (1)"));
  EXPECT_THAT(done.err, HasSubstr("Kind19 (1) and 20 other kinds\n"));
}

// Its number is then that of something from which nothing ever comes.
TEST(HealthCommand, AClosedStandardInputIsAnErrorOfEachCommand) {
  for (const char* const command : {"health -", "decrypt -", "age -d -"}) {
    const std::string line = "timeout 60 " + std::string(ACD_BINARY_DIR) + "/bin/argocd-decrypt " +
                             command + " <&- 2>&1 >/dev/null";
    FILE* const pipe = ::popen(line.c_str(), "r");
    ASSERT_NE(pipe, nullptr);
    std::string said(1000, '\0');
    said.resize(std::fread(said.data(), 1, said.size(), pipe));
    const int status = ::pclose(pipe);
    EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) != 0 && WEXITSTATUS(status) != 124)
        << command;
    EXPECT_THAT(said, HasSubstr("standard input is closed")) << command;
  }
}

// Whatever Secrets are in a `kubectl get -o yaml`, nothing of them is said.
TEST(HealthCommand, SaysNothingOfSecrets) {
  const TempDir dir;
  const std::string secret = std::string(kFailed) +
                             "---\napiVersion: v1\nkind: Secret\nmetadata: {name: s}\n"
                             "stringData: {password: canary-7b1f}\ndata: {p: Y2FuYXJ5LTdiMWY=}\n";
  const auto done = RunProgram({"health", dir.Write("s.yaml", secret)});
  EXPECT_EQ(done.exit_code, 1);
  EXPECT_THAT(done.out + done.err, Not(HasSubstr("canary")));
  EXPECT_THAT(done.out + done.err, Not(HasSubstr("Y2FuYXJ5")));
  const auto broken = RunProgram({"health", dir.Write("b.yaml", secret + "canary-7b1f: [\n")});
  EXPECT_EQ(broken.exit_code, 1);
  EXPECT_THAT(broken.out + broken.err, Not(HasSubstr("canary")));
}

}  // namespace
}  // namespace acd::commands
