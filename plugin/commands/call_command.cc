#include "plugin/commands/call_command.h"

#include <chrono>
#include <cmath>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "plugin/commands/call_environment.h"
#include "plugin/commands/cli.h"
#include "plugin/commands/cmp_client.h"
#include "plugin/commands/manifest_output.h"
#include "plugin/commands/packed_tree.h"
#include "plugin/commands/socket_flags.h"

namespace acd::commands {
namespace {

struct CallFlags {
  SocketFlags socket;
  CallApplication application;
  std::string folder;
  std::string app_path = ".";
  std::vector<std::string> exclude;
  std::size_t chunk_bytes = 64U << 10U;
  double timeout_s = 60;

  std::optional<int> Parse(std::span<char*> args);
};

std::optional<int> CallFlags::Parse(std::span<char*> args) {
  CLI::App app(
      "Sends a folder to a plugin socket, as Argo CD's repo-server does, and prints the "
      "manifests.",
      "argocd-decrypt call");
  app.add_option("FOLDER", folder, "root of the repository's files")->required();
  app.add_option("--app-path", app_path, "the Application's path in it")->capture_default_str();
  socket.AddTo(app);
  app.add_option("--param", application.parameters,
                 "NAME=VALUE; an array once for each element, a map as NAME=KEY=VALUE")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  app.add_option("--parameters", application.parameters_json,
                 "all parameters, the JSON of ARGOCD_APP_PARAMETERS");
  app.add_option("--env", application.environment, "NAME=VALUE, one more variable")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  app.add_option("--app-name", application.name, "name of the Application")->capture_default_str();
  app.add_option("--project", application.project, "its AppProject")->capture_default_str();
  app.add_option("--namespace", application.namespace_, "of the destination")
      ->capture_default_str();
  app.add_option(
      "--kube-version", application.kube_version,
      "of the destination, like 1.34.0; without one, encrypted files are refused as for the source "
      "hydrator");
  app.add_option("--api-versions", application.api_versions, "of the destination, A,B,C")
      ->delimiter(',');
  app.add_option("--repo-url", application.repository, "of the repository");
  app.add_option("--revision", application.revision, "of the repository");
  app.add_option("--exclude", exclude, "pattern of paths that are not sent")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  app.add_option("--chunk-size", chunk_bytes, "bytes of one message; Argo CD sends 1024")
      ->capture_default_str()
      ->check(CLI::Range(1, 64 << 20));
  app.add_option("--timeout", timeout_s, "seconds to wait for the answer")
      ->capture_default_str()
      ->check(CLI::Range(0.001, 86400.0));
  app.footer(
      "Example: argocd-decrypt call . --app-path apps/shop --socket /run/plugins/argocd-"
      "decrypt.sock --param renderer=kustomize --kube-version 1.34.0");
  return ParseArguments(app, args);
}

// What Argo CD's client sends as the name: the last segment of the Application's folder.
std::string LastSegment(const std::string& folder, const std::string& app_path) {
  auto path = (std::filesystem::path(folder) / app_path).lexically_normal();
  if (!path.has_filename()) path = path.parent_path();
  return path.filename().string();
}

Status Call(CallFlags& flags) {
  flags.application.path = flags.app_path;
  GenerateCall call;
  ACD_TRY(call.environment, CallEnvironment(flags.application));
  ACD_TRY(const PackedTree tree, PackedTree::Pack(flags.folder, flags.exclude));
  call.app_name = LastSegment(flags.folder, flags.app_path);
  call.app_rel_path = flags.app_path;
  call.checksum = tree.checksum();
  call.archive = tree.bytes();
  call.chunk_bytes = flags.chunk_bytes;
  call.timeout = std::chrono::milliseconds(std::llround(flags.timeout_s * 1000));
  CmpClient client(flags.socket.Path());
  ACD_TRY(const std::vector<std::string> manifests, client.Generate(call));
  return PrintManifests(manifests);
}

}  // namespace

int RunCall(std::span<char*> args) {
  CallFlags flags;
  if (const auto code = flags.Parse(args)) return *code;
  const Status status = Call(flags);
  return status ? kDone : ReportFailure("call", status.error());
}

}  // namespace acd::commands
