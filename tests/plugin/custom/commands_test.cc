#include "plugin/custom/commands.h"

#include <unistd.h>

#include "decrypt/base/secret_bytes.h"
#include "tests/plugin/workspace/test_folder.h"
#include "tests/support/matchers.h"

namespace acd::custom {
namespace {

using acd::testing::Fails;
using acd::testing::IsOk;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr const char* kObject = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n";

class CommandsTest : public ::testing::Test {
 protected:
  CommandsTest() {
    std::filesystem::create_directories(folder_ / "tree/app");
    std::filesystem::create_directories(folder_ / "run");
    settings_.environment = {{"PATH", "/usr/bin:/bin"}, {"OWN", "sidecar"}, {"BOTH", "sidecar"}};
    settings_.tool_path = "/usr/bin:/bin";
    settings_.self = "/opt/argocd-decrypt";
    request_.root = folder_ / "tree";
    request_.app_path = "app";
    request_.run_dir = folder_ / "run";
    request_.application.name = "shop";
  }

  Result<render::Rendered> Generate(const std::string& script, const std::string& init = "") {
    PluginConfig plugin;
    plugin.generate = {"sh", "-c", script};
    if (!init.empty()) plugin.init = {"sh", "-c", init};
    return Commands(*runner_, settings_).Generate(plugin, request_);
  }
  CommandPlace Place() const {
    return {request_.root, request_.root + "/app", request_.run_dir, request_.application, {}};
  }
  // A ConfigMap whose data are what a script prints.
  std::string Shown(const std::string& script) {
    const auto rendered = Generate("printf 'apiVersion: v1\nkind: ConfigMap\ndata:\n  x: |\n'; { " +
                                   script + "; } | sed 's/^/    /'");
    if (!rendered) return rendered.error().message;
    return rendered->manifests.at(0);
  }

  const workspace::testing::TestFolder folder_;
  std::unique_ptr<exec::CommandRunner> runner_ = exec::MakeProcessRunner();
  CommandSettings settings_;
  render::RenderRequest request_;
};

TEST_F(CommandsTest, RunsInitThenGenerateInTheApplicationsFolder) {
  const auto rendered =
      Generate("cat made-by-init; pwd >&2", "printf '" + std::string(kObject) + "' >made-by-init");
  ASSERT_THAT(rendered, IsOk());
  EXPECT_EQ(rendered->manifests.size(), 1U);
  EXPECT_EQ(rendered->renderer, "commands");
  EXPECT_TRUE(std::filesystem::exists(folder_ / "tree/app/made-by-init"));
  ASSERT_EQ(rendered->phases.size(), 3U);
  EXPECT_EQ(rendered->phases[0].first, "init");
  EXPECT_EQ(rendered->phases[1].first, "generate");
}

TEST_F(CommandsTest, PutsTheRequestsVariablesOverTheSidecars) {
  request_.application.environment = {
      {"BOTH", "request"}, {"ARGOCD_APP_NAME", "shop"}, {"A=B", "c"}};
  const std::string shown =
      Shown("echo $OWN $BOTH $ARGOCD_APP_NAME $A; echo $0; cat; echo $TMPDIR");
  EXPECT_THAT(shown, HasSubstr("sidecar request shop B=c"));
  EXPECT_THAT(shown, HasSubstr(" sh\n"));
  EXPECT_THAT(shown, HasSubstr(request_.run_dir + "\n"));
}

TEST_F(CommandsTest, MakesTheTemporaryFolderAgain) {
  EXPECT_THAT(Generate("cat \"$(mktemp)\"; printf '" + std::string(kObject) + "'",
                       "trap 'rm -rf \"$TMPDIR\"' EXIT"),
              IsOk());
}

TEST_F(CommandsTest, LeavesOutAVariableThatTheKernelRefuses) {
  request_.application.environment = {{"KUBE_API_VERSIONS", std::string(200'000, 'v')}};
  EXPECT_THAT(Shown("echo ${KUBE_API_VERSIONS-none}"), HasSubstr("none"));
  request_.application.environment = {{"KUBE_API_VERSIONS", std::string(100'000, 'v')}};
  EXPECT_THAT(Shown("echo ${#KUBE_API_VERSIONS}"), HasSubstr("100000"));
}

TEST_F(CommandsTest, GivesGitThisProgramToAskForCredentials) {
  request_.application.environment = {{"GIT_ASKPASS", "argocd"}, {"ARGOCD_GIT_ASKPASS_NONCE", "n"}};
  EXPECT_THAT(Shown("echo $GIT_ASKPASS"), HasSubstr("/opt/argocd-decrypt"));
}

TEST_F(CommandsTest, FindsAProgramOfTheRepository) {
  folder_.Write("tree/app/run.sh", "#!/bin/sh\necho '{\"apiVersion\":\"v1\",\"kind\":\"X\"}'\n");
  std::filesystem::permissions(folder_ / "tree/app/run.sh", std::filesystem::perms::owner_all);
  PluginConfig plugin;
  plugin.generate = {"./run.sh"};
  EXPECT_THAT(Commands(*runner_, settings_).Generate(plugin, request_), IsOk());
  plugin.generate = {"no-such-program"};
  EXPECT_THAT(Commands(*runner_, settings_).Generate(plugin, request_),
              Fails(Code::kNotFound, "spec.generate: no-such-program"));
}

TEST_F(CommandsTest, SaysWhatFailedWithoutItsScript) {
  const auto failed = Generate("echo 'Error: it broke' >&2; exit 3 # a secret comment");
  ASSERT_THAT(failed,
              Fails(Code::kToolFailed, "spec.generate: sh: exit status 3: Error: it broke"));
  EXPECT_THAT(failed.error().message, Not(HasSubstr("comment")));
  EXPECT_THAT(Generate("true", "exit 1"),
              Fails(Code::kToolFailed, "spec.init: sh: exit status 1: no message"));
  EXPECT_THAT(Generate("kill -SEGV $$"), Fails(Code::kToolFailed, "sh: ended by signal 11"));
  EXPECT_THAT(Generate("echo oops at $PWD/x.yaml >&2; false").error().message,
              HasSubstr("oops at app/x.yaml"));
}

// Argo CD shows little more than the first KiB.
TEST_F(CommandsTest, SaysTheLastLinesOfALongMessageFirst) {
  const std::string cause = "FATAL: the real cause";
  for (const char* lines : {"3", "100", "20000"}) {
    const auto failed = Generate("for i in $(seq " + std::string(lines) +
                                 "); do echo \"progress, step $i of many\"; done >&2; echo '" +
                                 cause + "' >&2; exit 3");
    ASSERT_FALSE(failed);
    EXPECT_LT(failed.error().message.find(cause), 1000U) << failed.error().message;
    EXPECT_LT(failed.error().message.size(), 4000U);
    EXPECT_THAT(failed.error().message, HasSubstr("progress, step 1 of many"));
  }
  EXPECT_THAT(Generate("echo 'Usage: foo' >&2; echo 'hint: bad flag' >&2; exit 1").error().message,
              HasSubstr("Usage: foo\nhint: bad flag"));
}

TEST_F(CommandsTest, TellsAScriptItsNameAsItIsGiven) {
  folder_.Write(
      "tree/app/run.sh",
      "#!/bin/sh\necho "
      "\"{\\\"apiVersion\\\":\\\"v1\\\",\\\"kind\\\":\\\"X\\\",\\\"name\\\":\\\"$0\\\"}\"\n");
  std::filesystem::permissions(folder_ / "tree/app/run.sh", std::filesystem::perms::owner_all);
  PluginConfig plugin;
  plugin.generate = {"./run.sh"};
  const auto rendered = Commands(*runner_, settings_).Generate(plugin, request_);
  ASSERT_THAT(rendered, IsOk());
  EXPECT_THAT(rendered->manifests.at(0), HasSubstr("\"name\":\"./run.sh\""));
}

TEST_F(CommandsTest, RedactsSecretsInWhatACommandSays) {
  settings_.environment["VAULT_TOKEN"] = "hvs.abcdefgh";
  settings_.environment["AWS_SECRET_ACCESS_KEY"] = "/wJalrXUtnFEMI";
  settings_.environment["DB_PASS"] = "correcthorse";
  request_.application.environment = {{"ARGOCD_ENV_DB_PASSWORD", "hunter2hunter2"}};
  const auto failed = Generate(
      "echo token $VAULT_TOKEN, password $ARGOCD_ENV_DB_PASSWORD, AGE-SECRET-KEY-1QQQQ "
      "https://me:swordfish@git.example.org/x $AWS_SECRET_ACCESS_KEY "
      "https://ghp_tok3n@x.example.org "
      "$DB_PASS >&2; echo '-----BEGIN PRIVATE KEY-----' >&2; "
      "echo MIIabc >&2; echo '-----END PRIVATE KEY-----' >&2; echo after >&2; exit 1");
  ASSERT_FALSE(failed);
  const std::string& said = failed.error().message;
  for (const char* secret :
       {"hvs.", "hunter2", "1QQQQ", "swordfish", "MIIabc", "wJalr", "ghp_", "correcth"}) {
    EXPECT_THAT(said, Not(HasSubstr(secret)));
  }
  EXPECT_THAT(said, HasSubstr("git.example.org/x"));
  EXPECT_THAT(said, HasSubstr("after"));
}

TEST_F(CommandsTest, RefusesCiphertextAndNothingAtAll) {
  EXPECT_THAT(
      Generate(std::string("printf '") + kObject + "data: {a: \"ENC[AES256_GCM,data:x]\"}\n'"),
      Fails(Code::kInvalidInput, "guard: output of spec.generate: ConfigMap/a: data.a"));
  EXPECT_THAT(Generate("echo '# nothing'"), Fails(Code::kInvalidInput, "no manifest at all"));
  request_.application.environment = {
      {"ARGOCD_APP_PARAMETERS", R"([{"name":"allowEmpty","string":"true"},{"name":"own"}])"}};
  const auto empty = Generate("true");
  ASSERT_THAT(empty, IsOk());
  EXPECT_THAT(empty->manifests, IsEmpty());
}

TEST_F(CommandsTest, HoldsACommandToItsTime) {
  settings_.time_limit = std::chrono::milliseconds(100);
  const auto late = Generate("sleep 100");
  EXPECT_THAT(late, Fails(Code::kDeadline, "spec.generate: sh: took longer than 0.1 s"));
  EXPECT_THAT(late.error().hint, HasSubstr("ARGOCD_EXEC_TIMEOUT"));
  // The time to end in is a command's only as far as somebody still wants it.
  settings_.fatal_time_limit = std::chrono::seconds(60);
  const auto start = exec::Budget::Clock::now();
  const std::string told = folder_ / "told";
  request_.budget.cancelled = [&told] { return ::access(told.c_str(), F_OK) == 0; };
  EXPECT_THAT(Generate("trap ': >" + told + "' TERM; while :; do sleep 0.01; done"),
              Fails(Code::kDeadline, "took longer"));
  EXPECT_LT(exec::Budget::Clock::now() - start, std::chrono::seconds(10));
  request_.budget.cancelled = {};
  request_.budget.deadline = exec::Budget::Clock::now() + std::chrono::milliseconds(50);
  EXPECT_THAT(Generate("sleep 100"), Fails(Code::kDeadline, "the request's time is used up"));
}

TEST_F(CommandsTest, FindsByWhatTheCommandPrints) {
  const auto find = [&](const std::string& script) {
    PluginConfig plugin;
    plugin.discover_command = {"sh", "-c", script};
    return Commands(*runner_, settings_).Find(plugin, Place());
  };
  EXPECT_THAT(find("seq 1000000"), IsOk());
  EXPECT_TRUE(*find("echo yes"));
  EXPECT_FALSE(*find("true"));
  EXPECT_FALSE(*find("echo"));
  EXPECT_TRUE(*find("echo; echo"));
  EXPECT_THAT(find("exit 1"), Fails(Code::kToolFailed, "spec.discover.find: sh: exit status 1"));
}

TEST_F(CommandsTest, ReadsDynamicParameters) {
  const auto parameters = [&](const std::string& text) {
    PluginConfig plugin;
    plugin.dynamic_parameters = {"printf", "%s", text};
    return Commands(*runner_, settings_).DynamicParameters(plugin, Place());
  };
  const auto known = parameters(
      R"([{"Name":"a","title":null,"required":true,"array":["x",null],"unknown":{}},null])");
  ASSERT_THAT(known, IsOk());
  ASSERT_EQ(known->size(), 1U);
  EXPECT_EQ(known->front().name, "a");
  EXPECT_TRUE(known->front().required);
  EXPECT_THAT(known->front().array, ElementsAre("x", ""));
  EXPECT_THAT(*parameters("null"), IsEmpty());
  for (const char* wrong :
       {"", "{}", "[1]", R"([{"name":1}])", R"([{"map":{"a":1}}])", "[\"\xff\"]"}) {
    EXPECT_THAT(parameters(wrong), Fails(Code::kInvalidInput, "spec.parameters.dynamic: output: "));
  }
}

TEST_F(CommandsTest, TellsWhoWantsToKnow) {
  std::vector<std::string> said;
  settings_.report = [&](const CommandReport& report) {
    said.push_back(std::string(report.field) + " " + std::to_string(report.exit_code) + " " +
                   std::string(report.err));
  };
  EXPECT_THAT(Generate(std::string("echo a note >&2; printf '") + kObject + "'"), IsOk());
  EXPECT_THAT(said, ElementsAre("spec.generate 0 a note"));
}

}  // namespace
}  // namespace acd::custom
