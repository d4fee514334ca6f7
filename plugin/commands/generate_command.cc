#include "plugin/commands/generate_command.h"

#include <unistd.h>

#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "decrypt/base/system_failure.h"
#include "plugin/commands/cli.h"
#include "plugin/commands/engine.h"
#include "plugin/commands/engine_options.h"
#include "plugin/commands/local_place.h"
#include "plugin/commands/local_repository.h"
#include "plugin/commands/manifest_output.h"
#include "plugin/commands/process_secrets.h"
#include "plugin/commands/signal_watch.h"

namespace acd::commands {
namespace {

Result<std::string> CurrentFolder() {
  std::error_code error;
  const auto path = std::filesystem::current_path(error);
  if (error) return SystemFailure("current folder", error.value());
  return path.string();
}

Status Generate(EngineFlags& flags) {
  // A stock server sends SIGTERM when its time is up. Dying of it would leave the work folder, with
  // plaintext in it, to the next call.
  ACD_CHECK(ProtectMemory());
  const SignalWatch signals;
  exec::Budget budget;
  budget.cancelled = [&] { return signals.Signalled(); };
  ACD_TRY(const std::string current, CurrentFolder());
  ACD_TRY(EngineSettings settings, flags.Take());
  ACD_TRY(const auto engine, Engine::Create(std::move(settings), false, {}));
  ForgetKeyVariables();
  const std::jthread warming = WarmUp();

  // Without Argo CD's word for where the folder is in its repository, it is all there is.
  ArgoVariables environment = ArgoEnvironment();
  const auto known_root = RootBySourcePath(current, SourcePathOf(environment));
  const std::string root = known_root.value_or(current);
  const std::string app_path = known_root ? current.substr(root.size() + 1) : ".";
  LocalRepository repository({app_path, "", std::move(environment)}, root,
                             engine->workspace_path());
  server::RequestRecord record;
  auto result = engine->service().Generate(repository, budget, record);
  if (auto* failure = std::get_if<server::CallError>(&result)) {
    return Fail(failure->error.code, failure->text);
  }
  return PrintManifests(std::get<0>(result));
}

}  // namespace

int RunGenerate(std::span<char*> args) {
  CLI::App app(
      "Renders the current folder, decrypted, with the variables that Argo CD sets for a plugin's\n"
      "command (ARGOCD_APP_*, ARGOCD_ENV_*, KUBE_VERSION, KUBE_API_VERSIONS), and prints the\n"
      "manifests. With ARGOCD_APP_SOURCE_PATH, the folder's path in its repository, it may refer\n"
      "to the rest of that. Each setting is a flag, or the variable in brackets.",
      "argocd-decrypt generate");
  EngineFlags flags;
  flags.AddTo(app);
  app.footer(
      "Keys: as for `decrypt`, and all files in age/, ssh/ and pgp/ of --key-dir.\n"
      "Example: SOPS_AGE_KEY_FILE=key.txt ARGOCD_APP_NAME=shop KUBE_VERSION=1.34.0 "
      "argocd-decrypt generate");
  if (const auto code = ParseArguments(app, args)) return *code;
  const Status status = Generate(flags);
  return status ? kDone : ReportFailure("generate", status.error());
}

}  // namespace acd::commands
