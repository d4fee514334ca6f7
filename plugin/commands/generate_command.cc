#include "plugin/commands/generate_command.h"

#include <unistd.h>

#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "plugin/commands/cli.h"
#include "plugin/commands/engine.h"
#include "plugin/commands/engine_options.h"
#include "plugin/commands/local_repository.h"
#include "plugin/commands/manifest_output.h"
#include "plugin/commands/process_secrets.h"
#include "plugin/commands/signal_watch.h"

namespace acd::commands {
namespace {

using Environment = std::vector<std::pair<std::string, std::string>>;

// What Argo CD sends with a request. Nothing else of this process's environment is the
// Application's business: a key could be in it.
Environment ArgoEnvironment() {
  Environment environment;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    const std::size_t equals = text.find('=');
    if (equals == std::string_view::npos) continue;
    const std::string_view name = text.substr(0, equals);
    const bool wanted = name.starts_with("ARGOCD_APP_") || name.starts_with("ARGOCD_ENV_") ||
                        name.starts_with("PARAM_") || name == "KUBE_VERSION" ||
                        name == "KUBE_API_VERSIONS";
    if (wanted) environment.emplace_back(name, text.substr(equals + 1));
  }
  return environment;
}

struct Place {
  std::string root;      ///< of the repository's files
  std::string app_path;  ///< of the Application, relative to it
};

// A stock server runs its commands in the Application's folder and says which path of the
// repository that is. Without it, or when it is not where we are, the folder is all there is.
Place FindPlace(const std::string& current, const Environment& environment) {
  std::string path;
  for (const auto& [name, value] : environment) {
    if (name == "ARGOCD_APP_SOURCE_PATH") path = value;
  }
  path = std::filesystem::path(path).lexically_normal().string();
  while (path.ends_with('/')) path.pop_back();
  while (path.starts_with('/')) path.erase(0, 1);
  const std::string suffix = "/" + path;
  const bool known = !path.empty() && path != "." && !path.starts_with("..") &&
                     current.size() > suffix.size() && current.ends_with(suffix);
  if (!known) return {current, "."};
  return {current.substr(0, current.size() - suffix.size()), path};
}

Result<std::string> CurrentFolder() {
  std::error_code error;
  const auto path = std::filesystem::current_path(error);
  if (error) return Fail(Code::kIo, "current folder: " + error.message());
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

  Environment environment = ArgoEnvironment();
  const Place place = FindPlace(current, environment);
  LocalRepository repository({place.app_path, "", std::move(environment)}, place.root,
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
