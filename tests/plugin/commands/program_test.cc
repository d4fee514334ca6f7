// The real program, from its command line to its exit status.
#include "tests/plugin/commands/program.h"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include <chrono>
#include <filesystem>
#include <memory>

#include "tests/plugin/workspace/test_folder.h"

namespace acd::commands {
namespace {

using testing::Finished;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using testing::Program;
using testing::RunProgram;
using ::testing::StartsWith;
using workspace::testing::Exists;
using workspace::testing::TestFolder;

constexpr const char* kConfigMap =
    "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: x\ndata:\n  a: b\n";

/// Folders for one server.
struct Place {
  TestFolder folder;
  std::string sockets = Folder("sockets");
  std::string work = Folder("work");
  std::string keys = Folder("keys");
  std::string socket = sockets + "/argocd-decrypt.sock";

  std::string Folder(const std::string& name) const {
    std::filesystem::create_directory(folder / name);
    return folder / name;
  }
  std::vector<std::string> Serve(const std::vector<std::string>& more = {}) const {
    std::vector<std::string> args{"serve",     "--socket-dir", sockets,
                                  "--workdir", work,           "--key-dir",
                                  keys,        "--tool-path",  Tools() + ":/usr/bin:/bin"};
    args.insert(args.end(), more.begin(), more.end());
    return args;
  }
  /// A folder with programs of the names that a server looks for.
  std::string Tools() const {
    for (const char* name : {"bin/helm", "bin/kustomize"}) {
      std::filesystem::permissions(folder.Write(name, "#!/bin/sh\nexit 1\n"),
                                   std::filesystem::perms::owner_all);
    }
    return folder / "bin";
  }
  /// A repository for kustomize to build; its folder.
  std::string KustomizeRepository() const {
    folder.Write("repository/kustomization.yaml", "resources: [config.yaml]\n");
    folder.Write("repository/config.yaml", kConfigMap);
    return folder / "repository";
  }
  /// A program for --kustomize.
  std::string Tool(const std::string& script) const {
    const std::string path = folder.Write("kustomize", "#!/bin/sh\n" + script);
    std::filesystem::permissions(path, std::filesystem::perms::owner_all);
    return path;
  }
  /// One that says that it runs, and goes on until it is killed.
  std::string BlockingTool(const std::string& marker) const {
    return Tool(": > '" + marker + "'\nwhile :; do sleep 1; done\n");
  }
  std::size_t RequestFolders() const {
    std::size_t count = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(work)) {
      count += entry.path().filename().string().starts_with("request-") ? 1 : 0;
    }
    return count;
  }
};

TEST(Program, WithoutOrWithAnUnknownCommandSaysHow) {
  for (const std::vector<std::string>& args :
       {std::vector<std::string>{}, std::vector<std::string>{"reticulate"}}) {
    const Finished finished = RunProgram(args);
    EXPECT_EQ(finished.exit_code, 2);
    EXPECT_THAT(finished.err, HasSubstr("healthcheck"));
    EXPECT_THAT(finished.out, IsEmpty());
  }
}

TEST(Program, HelpListsTheCommandsWithAnExample) {
  const Finished finished = RunProgram({"--help"});
  EXPECT_EQ(finished.exit_code, 0);
  for (const char* name :
       {"serve", "generate", "decrypt", "ksops", "call", "health", "healthcheck", "version"}) {
    EXPECT_THAT(finished.out, HasSubstr(std::string("\n  ") + name));
  }
  EXPECT_THAT(finished.out, HasSubstr("Example: "));
}

TEST(Program, EachCommandHelpsWithAnExample) {
  for (const char* name :
       {"serve", "generate", "decrypt", "call", "health", "healthcheck", "version"}) {
    const Finished finished = RunProgram({name, "--help"});
    EXPECT_EQ(finished.exit_code, 0) << name;
    EXPECT_THAT(finished.out, HasSubstr("xample")) << name;
    const Finished wrong = RunProgram({name, "--no-such-flag"});
    EXPECT_NE(wrong.exit_code, 0) << name;
    EXPECT_THAT(wrong.out, IsEmpty()) << name;
  }
}

TEST(Program, EverySettingIsAFlagAndAVariable) {
  const std::string help = RunProgram({"serve", "--help"}).out;
  for (std::size_t at = help.find("\n  --"); at != std::string::npos;
       at = help.find("\n  --", at + 1)) {
    std::string name = help.substr(at + 5, help.find_first_of(" ,=[", at + 5) - at - 5);
    for (char& c : name) c = c == '-' ? '_' : static_cast<char>(c >= 'a' && c <= 'z' ? c - 32 : c);
    EXPECT_THAT(help, HasSubstr("[ARGOCD_DECRYPT_" + name));
  }
  const Finished bad = RunProgram({"serve"}, {"ARGOCD_DECRYPT_LOG_FORMAT=xml"});
  EXPECT_EQ(bad.exit_code, 2);
}

TEST(Version, IsPrintedInTwoForms) {
  EXPECT_THAT(RunProgram({"version"}).out, StartsWith("argocd-decrypt "));
  EXPECT_THAT(RunProgram({"version", "--json"}).out, StartsWith("{\"version\":\""));
  EXPECT_EQ(RunProgram({"--version"}).exit_code, 0);
}

TEST(Serve, AnswersFromItsStartToItsEnd) {
  const Place place;
  place.folder.Write("repository/app/config.yaml", kConfigMap);
  Program server(place.Serve({"--log-format", "text"}));
  ASSERT_TRUE(server.AwaitError("info serving"));

  const Finished healthy = RunProgram({"healthcheck", "--socket", place.socket});
  EXPECT_EQ(healthy.exit_code, 0);
  const Finished called =
      RunProgram({"call", place.folder / "repository", "--app-path", "app", "--socket-dir",
                  place.sockets, "--app-name", "shop", "--kube-version", "1.34.0"});
  EXPECT_EQ(called.exit_code, 0) << called.err;
  EXPECT_EQ(called.out, kConfigMap);
  const Finished refused = RunProgram(
      {"call", place.folder / "repository", "--app-path", "none", "--socket", place.socket});
  EXPECT_EQ(refused.exit_code, 1);
  EXPECT_THAT(refused.err, HasSubstr("none: app path does not exist"));
  EXPECT_THAT(refused.out, IsEmpty());

  server.Signal(SIGTERM);
  const Finished ended = server.Wait();
  EXPECT_EQ(ended.exit_code, 0);
  EXPECT_THAT(ended.err, HasSubstr("app=shop"));
  EXPECT_FALSE(Exists(place.socket));
  EXPECT_EQ(place.RequestFolders(), 0U);

  const Finished dead = RunProgram({"healthcheck", "--socket", place.socket});
  EXPECT_EQ(dead.exit_code, 1);
  EXPECT_THAT(dead.err, HasSubstr(place.socket));
}

TEST(Serve, IsReadyWhenItsSocketExists) {
  const Place place;
  Program server(place.Serve());
  while (!Exists(place.socket)) ASSERT_FALSE(HasFailure());
  EXPECT_EQ(RunProgram({"healthcheck", "--socket", place.socket}).exit_code, 0);
}

TEST(Serve, RefusesASecondServerOnItsSocketAndReplacesADeadOne) {
  const Place place;
  auto first = std::make_unique<Program>(place.Serve());
  ASSERT_TRUE(first->AwaitError("serving"));
  const Finished second = RunProgram(place.Serve());
  EXPECT_EQ(second.exit_code, 1);
  EXPECT_THAT(second.err, HasSubstr("another server is running"));
  EXPECT_EQ(RunProgram({"healthcheck", "--socket", place.socket}).exit_code, 0);

  first->Signal(SIGKILL);
  first->Wait();
  ASSERT_TRUE(Exists(place.socket));
  Program third(place.Serve());
  EXPECT_TRUE(third.AwaitError("serving"));
}

TEST(Serve, TakesItsNameFromThePluginsConfiguration) {
  const Place place;
  const std::string config = place.folder.Write(
      "plugin.yaml", "kind: ConfigManagementPlugin\nmetadata: {name: sops}\nspec: {version: v2}\n");
  Program server(place.Serve({"--config", config}));
  ASSERT_TRUE(server.AwaitError("\"plugin\":\"sops-v2\""));
  EXPECT_TRUE(Exists(place.sockets + "/sops-v2.sock"));
}

constexpr const char* kCommands =
    "kind: ConfigManagementPlugin\nmetadata: {name: own}\n"
    "spec: {version: v1, generate: {command: [cat, app.txt]}}\n";

TEST(Serve, RunsTheCommandsOfAPlugin) {
  const Place place;
  place.folder.Write("repository/app.txt", kConfigMap);
  Program server(place.Serve({"--config", place.folder.Write("plugin.yaml", kCommands)}));
  ASSERT_TRUE(server.AwaitError("\"renderer\":\"commands\""));
  const Finished called =
      RunProgram({"call", place.folder / "repository", "--socket", place.sockets + "/own-v1.sock"});
  EXPECT_EQ(called.exit_code, 0) << called.err;
  EXPECT_EQ(called.out, kConfigMap);
}

TEST(Serve, ReadsAChangedConfigurationAgain) {
  const Place place;
  place.folder.Write("repository/app.txt", kConfigMap);
  place.folder.Write("repository/other.txt", "apiVersion: v1\nkind: Other\n");
  const std::string config = place.folder.Write("plugin.yaml", kCommands);
  Program server(place.Serve({"--config", config}));
  ASSERT_TRUE(server.AwaitError("serving"));

  const auto replace = [&](const char* text) {  // never half of it
    std::filesystem::rename(place.folder.Write("plugin.yaml.new", text), config);
  };
  replace("kind: ConfigManagementPlugin\nspec: broken\n");
  ASSERT_TRUE(server.AwaitError("the last one stays in use"));
  const std::string socket = place.sockets + "/own-v1.sock";
  EXPECT_EQ(RunProgram({"call", place.folder / "repository", "--socket", socket}).out, kConfigMap);
  EXPECT_THAT(RunProgram({"healthcheck", "--socket", socket}).err, HasSubstr("metadata.name"));

  replace(
      "kind: ConfigManagementPlugin\nmetadata: {name: own}\n"
      "spec: {version: v2, generate: {command: [cat, other.txt]}, what: 1}\n");
  ASSERT_TRUE(server.AwaitError("is in use"));
  ASSERT_TRUE(server.AwaitError("spec.what: no such field"));
  EXPECT_FALSE(Exists(socket));
  const std::string moved = place.sockets + "/own-v2.sock";
  EXPECT_THAT(RunProgram({"call", place.folder / "repository", "--socket", moved}).out,
              HasSubstr("kind: Other"));
  EXPECT_EQ(RunProgram({"healthcheck", "--socket", moved}).err, "");
}

TEST(Serve, IsNotReadyWithoutItsTools) {
  const Place place;
  Program server(place.Serve({"--kustomize", "kustomize-none"}));
  ASSERT_TRUE(server.AwaitError("serving"));
  const Finished ready = RunProgram({"healthcheck", "--socket", place.socket});
  EXPECT_EQ(ready.exit_code, 1);
  EXPECT_THAT(ready.err, HasSubstr("kustomize-none"));
  EXPECT_EQ(RunProgram({"healthcheck", "--live", "--socket", place.socket}).exit_code, 0);
}

TEST(Serve, RefusesToStartWithAReason) {
  const Place place;
  const std::string wrong = place.folder.Write(
      "plugin.yaml",
      "kind: ConfigManagementPlugin\nmetadata: {name: x}\nspec: {generate: {command: [5]}}\n");
  const Finished generate = RunProgram(place.Serve({"--config", wrong}));
  EXPECT_EQ(generate.exit_code, 1);
  EXPECT_THAT(generate.err, HasSubstr("plugin.yaml: spec.generate.command[0]"));

  const Finished missing = RunProgram(place.Serve({"--config", place.folder / "none.yaml"}));
  EXPECT_EQ(missing.exit_code, 1);
  EXPECT_THAT(missing.err, HasSubstr("none.yaml"));

  const Finished disk = RunProgram({"serve", "--socket-dir", place.sockets, "--workdir", "/proc"});
  EXPECT_EQ(disk.exit_code, 1);
  EXPECT_THAT(disk.err, HasSubstr("--allow-disk-workdir"));

  const Finished folder =
      RunProgram({"serve", "--socket-dir", place.folder / "none", "--workdir", place.work});
  EXPECT_EQ(folder.exit_code, 1);
  EXPECT_THAT(folder.err, HasSubstr("--socket-dir"));
}

TEST(Serve, ASecondSignalEndsARunningRequest) {
  const Place place;
  const std::string repository = place.KustomizeRepository();
  const std::string marker = place.folder / "started";
  const std::string tool = place.BlockingTool(marker);
  Program server(place.Serve({"--kustomize", tool, "--shutdown-grace", "3600"}));
  ASSERT_TRUE(server.AwaitError("serving"));
  Program call({"call", repository, "--socket", place.socket, "--kube-version", "1.34.0",
                "--timeout", "300"});
  while (!Exists(marker)) ASSERT_EQ(::usleep(1000), 0);
  EXPECT_EQ(place.RequestFolders(), 1U);

  server.Signal(SIGTERM);
  ASSERT_TRUE(server.AwaitError("stopping"));
  server.Signal(SIGTERM);
  EXPECT_EQ(server.Wait().exit_code, 1);
  EXPECT_EQ(call.Wait().exit_code, 1);
  EXPECT_EQ(place.RequestFolders(), 0U);
}

TEST(Generate, RendersTheCurrentFolder) {
  const Place place;
  place.folder.Write("repository/app/config.yaml", kConfigMap);
  const std::string app = place.folder / "repository/app";
  for (const char* path : {"ARGOCD_APP_SOURCE_PATH=app", "ARGOCD_APP_SOURCE_PATH=./app/",
                           "ARGOCD_APP_SOURCE_PATH=elsewhere", "ARGOCD_APP_SOURCE_PATH="}) {
    const Finished finished =
        RunProgram({"generate", "--workdir", place.work},
                   {"ARGOCD_APP_NAME=shop", "KUBE_VERSION=1.34.0", path}, app);
    EXPECT_EQ(finished.exit_code, 0) << finished.err;
    EXPECT_EQ(finished.out, kConfigMap) << path;
  }
  EXPECT_EQ(place.RequestFolders(), 0U);
}

TEST(Generate, SeesTheWholeRepositoryWhenItKnowsWhereItIs) {
  const Place place;
  place.folder.Write("repository/base/config.yaml", kConfigMap);
  std::filesystem::create_directories(place.folder / "repository/apps/one");
  place.folder.Link("../../base/config.yaml", "repository/apps/one/config.yaml");
  const std::string app = place.folder / "repository/apps/one";
  const std::vector<std::string> command{"generate", "--workdir", place.work};
  EXPECT_EQ(RunProgram(command, {"ARGOCD_APP_SOURCE_PATH=apps/one"}, app).out, kConfigMap);
  EXPECT_EQ(RunProgram(command, {}, app).exit_code, 1);
}

TEST(Generate, CleansUpWhenItIsToldToEnd) {
  const Place place;
  const std::string repository = place.KustomizeRepository();
  const std::string marker = place.folder / "started";
  const std::string tool = place.BlockingTool(marker);
  Program program({"generate", "--workdir", place.work, "--kustomize", tool},
                  {"PATH=/usr/bin:/bin", "KUBE_VERSION=1.34.0"}, repository);
  while (!Exists(marker)) ASSERT_EQ(::usleep(1000), 0);
  EXPECT_EQ(place.RequestFolders(), 1U);
  program.Signal(SIGTERM);
  const Finished finished = program.Wait();
  EXPECT_EQ(finished.exit_code, 1);
  EXPECT_THAT(finished.out, IsEmpty());
  EXPECT_EQ(place.RequestFolders(), 0U);
}

// It could be a pipe whose writer waits, or lie on a file system that hangs.
TEST(Generate, OpensNoKeyFileThatItDoesNotNeed) {
  const Place place;
  place.folder.Write("app/config.yaml", kConfigMap);
  const std::string key = place.folder / "key";
  ASSERT_EQ(::mkfifo(key.c_str(), 0600), 0);
  const auto begin = std::chrono::steady_clock::now();
  const Finished finished =
      RunProgram({"generate", "--workdir", place.work},
                 {"KUBE_VERSION=1.34.0", "SOPS_AGE_KEY_FILE=" + key}, place.folder / "app");
  EXPECT_EQ(finished.out, kConfigMap) << finished.err;
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(4));
}

TEST(Generate, BoundsTheCopyOfTheRepository) {
  const Place place;
  for (int i = 0; i < 1000; ++i) {
    place.folder.Write("app/" + std::to_string(i) + ".yaml", kConfigMap);
  }
  const Finished finished =
      RunProgram({"generate", "--workdir", place.work, "--max-run-time", "0.001"},
                 {"KUBE_VERSION=1.34.0"}, place.folder / "app");
  EXPECT_EQ(finished.exit_code, 1);
  EXPECT_THAT(finished.err, HasSubstr("phase: receive"));
}

TEST(Generate, LeavesItsOwnWorkFolderOut) {
  const Place place;  // work/ lies beside the manifest
  place.folder.Write("config.yaml", kConfigMap);
  place.folder.Write("work/argocd-decrypt/other.yaml", kConfigMap);
  const Finished finished = RunProgram(
      {"generate", "--workdir", place.work},
      {"KUBE_VERSION=1.34.0", R"(ARGOCD_APP_PARAMETERS=[{"name":"recurse","string":"true"}])"},
      place.folder.path());
  EXPECT_EQ(finished.out, kConfigMap) << finished.err;
}

TEST(Generate, ShowsNoKeyToItsChildren) {
  const Place place;
  place.folder.Write("repository/app/kustomization.yaml", "resources: [config.yaml]\n");
  place.folder.Write("repository/app/config.yaml", kConfigMap);
  const std::string seen = place.folder / "seen";
  const std::string tool =
      place.Tool("/bin/cat /proc/$PPID/environ >'" + seen + "'\n/bin/cat app/config.yaml\n");
  const Finished finished = RunProgram({"generate", "--workdir", place.work, "--kustomize", tool},
                                       {"PATH=/usr/bin:/bin", "ARGOCD_APP_SOURCE_PATH=app",
                                        "KUBE_VERSION=1.34.0", "SOPS_AGE_KEY=AGE-SECRET-KEY-1X"},
                                       place.folder / "repository/app");
  EXPECT_EQ(finished.out, kConfigMap) << finished.err;
  EXPECT_TRUE(Exists(seen));
  EXPECT_THAT(workspace::testing::Content(seen), Not(HasSubstr("SECRET-KEY")));
}

TEST(Generate, PrintsNothingButTheErrorWhenItFails) {
  const Place place;
  place.folder.Write("app/broken.yaml",
                     std::string(kConfigMap) + "---\nkind: Secret\ndata: {p: hunter2}\n");
  const Finished finished = RunProgram({"generate", "--workdir", place.work},
                                       {"ARGOCD_APP_NAME=shop"}, place.folder / "app");
  EXPECT_EQ(finished.exit_code, 1);
  EXPECT_THAT(finished.out, IsEmpty());
  EXPECT_THAT(finished.err, HasSubstr("application: shop"));
  EXPECT_THAT(finished.err, Not(HasSubstr("hunter2")));
}

}  // namespace
}  // namespace acd::commands
