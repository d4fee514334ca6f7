#include "plugin/commands/serve_command.h"

#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cmath>
#include <cstdlib>
#include <optional>
#include <string>
#include <thread>
#include <utility>

#include "decrypt/base/memory.h"
#include "plugin/commands/cli.h"
#include "plugin/commands/engine.h"
#include "plugin/commands/engine_options.h"
#include "plugin/commands/log.h"
#include "plugin/commands/process_secrets.h"
#include "plugin/commands/signal_watch.h"
#include "plugin/commands/version_command.h"
#include "plugin/server/cmp_server.h"
#include "plugin/server/plugin_config.h"
#include "plugin/server/unix_socket.h"
#include "plugin/workspace/workspace.h"

namespace acd::commands {
namespace {

constexpr const char* kDefaultConfig = "/home/argocd/cmp-server/config/plugin.yaml";
constexpr const char* kDefaultSocketDir = "/home/argocd/cmp-server/plugins";
// After a second signal: time for calls to end their children and to remove their folders.
constexpr std::chrono::milliseconds kHastyGrace{1000};

struct ServeFlags {
  EngineFlags engine;
  std::string config;
  std::string socket_dir = EnvironmentOr("ARGOCD_PLUGINSOCKFILEPATH", kDefaultSocketDir);
  double shutdown_grace_s = 20;
  std::string log_format = "json";
  std::string log_level = "info";

  std::optional<int> Parse(std::span<char*> args);
};

std::optional<int> ServeFlags::Parse(std::span<char*> args) {
  CLI::App app(
      "The plugin server: decrypts and renders what the repo-server sends to its socket.\n"
      "Each setting is a flag, or the variable in brackets.",
      "argocd-decrypt serve");
  AddSetting(app, "config", config,
             std::string("Argo CD's plugin.yaml; default ") + kDefaultConfig + " if it exists");
  AddSetting(app, "socket-dir", socket_dir,
             "folder of plugin sockets, shared with the repo-server; default "
             "$ARGOCD_PLUGINSOCKFILEPATH");
  engine.AddTo(app);
  AddSetting(app, "allow-key-commands", engine.settings.allow_key_commands,
             "run SOPS_AGE_KEY_CMD and SOPS_AGE_SSH_PRIVATE_KEY_CMD");
  AddSetting(app, "discover-encrypted", engine.settings.service.discover_encrypted,
             "also take Applications that name no plugin, if their path holds something encrypted");
  AddSetting(app, "shutdown-grace", shutdown_grace_s,
             "seconds that running requests get after SIGTERM")
      ->check(CLI::Range(0.0, 86400.0));
  AddSetting(app, "log-format", log_format, "json or text")->check(CLI::IsMember({"json", "text"}));
  AddSetting(app, "log-level", log_level, "trace, debug, info, warn or error")
      ->check(CLI::IsMember({"trace", "debug", "info", "warn", "warning", "error"}));
  app.footer(
      "Keys: SOPS_AGE_KEY, SOPS_AGE_KEY_FILE, SOPS_AGE_SSH_PRIVATE_KEY_FILE, "
      "~/.config/sops/age/keys.txt,\n~/.ssh/id_ed25519, ~/.ssh/id_rsa, and all files in age/, ssh/ "
      "and pgp/ of --key-dir. PGP keys are opened by gpg, or $SOPS_GPG_EXEC.\n"
      "What value files may name: the variables HELM_SECRETS_*, as docs/helm-secrets.md lists "
      "them.\n"
      "Example: SOPS_AGE_KEY_FILE=key.txt argocd-decrypt serve --socket-dir /run/plugins "
      "--workdir /dev/shm --log-format text");
  return ParseArguments(app, args);
}

LogFormat FormatNamed(const std::string& name) {
  return name == "text" ? LogFormat::kText : LogFormat::kJson;
}

// Nothing is logged below debug; trace is a name that people try.
LogLevel LevelNamed(const std::string& name) {
  if (name == "trace" || name == "debug") return LogLevel::kDebug;
  if (name == "warn" || name == "warning") return LogLevel::kWarn;
  return name == "error" ? LogLevel::kError : LogLevel::kInfo;
}

// One request has some ten files open, and a container's soft limit is often 1024. Go programs, so
// the server that this one stands in for, do the same.
void RaiseFileLimit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == limit.rlim_max) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);  // if not, then not
}

Result<server::PluginConfig> LoadConfig(const std::string& path) {
  if (!path.empty()) return server::LoadPluginConfig(path);
  struct stat info {};
  if (::stat(kDefaultConfig, &info) != 0) return server::PluginConfig();
  return server::LoadPluginConfig(kDefaultConfig);
}

void LogStart(Log& log, Engine& engine, const std::string& plugin, const std::string& socket) {
  LogFields fields{{"version", Version()},
                   {"plugin", plugin},
                   {"socket", socket},
                   {"workdir", engine.settings().workdir},
                   {"keys", engine.PublicKeys()}};
  const auto tools = engine.Tools();
  for (const Engine::Tool& tool : tools) {
    if (!tool.path.empty()) fields.emplace_back(tool.name, tool.path);
  }
  log.Write(LogLevel::kInfo, "serving", fields);
  for (const Engine::Tool& tool : tools) {
    if (!tool.path.empty()) continue;
    log.Write(LogLevel::kWarn, "a tool is missing: applications that need it will fail",
              {{"tool", tool.name}, {"problem", tool.problem}});
  }
  if (engine.PublicKeys().empty()) {
    log.Write(LogLevel::kWarn, "no key is loaded: nothing can be decrypted until one is mounted",
              {{"key_dir", engine.settings().render.key_dir}});
  }
}

// Ends the server. Returns the exit status; a second signal cuts it short.
int StopServer(server::CmpServer& server, SignalWatch& signals, Engine& engine, Log& log,
               std::chrono::milliseconds grace) {
  log.Write(LogLevel::kInfo, "stopping", {{"grace_s", static_cast<double>(grace.count()) / 1000}});
  std::atomic<bool> finished = false;
  std::atomic<bool> cut_short = false;
  std::thread second([&] {
    signals.Wait(std::nullopt);
    if (finished) return;
    cut_short = true;
    log.Write(LogLevel::kWarn, "second signal: running requests are cancelled", {});
    server.CancelCalls();
    signals.Wait(kHastyGrace);
    if (finished) return;
    engine.RemoveWorkspaces();
    ::_exit(kFailed);
  });
  server.Stop(grace);
  finished = true;
  signals.Wake();
  second.join();
  log.Write(LogLevel::kInfo, "stopped", {});
  return cut_short ? kFailed : kDone;
}

server::Health HealthOf(keys::KeyState state) {
  return {.serving = !state.IsBroken(), .problems = std::move(state.problems)};
}

Result<int> Serve(ServeFlags& flags) {
  ACD_CHECK(ProtectMemory());
  KeepFreedMemory();
  RaiseFileLimit();
  SignalWatch signals;
  ACD_TRY(const server::PluginConfig config, LoadConfig(flags.config));
  ACD_TRY(EngineSettings settings, flags.engine.Take());
  settings.service.unpack.preserve_file_mode = config.preserve_file_mode;
  settings.service.provide_git_creds = config.provide_git_creds;

  Log log(FormatNamed(flags.log_format), LevelNamed(flags.log_level));
  ACD_TRY(const auto engine,
          Engine::Create(std::move(settings), true, [&](const std::string& text) {
            log.Write(LogLevel::kWarn, "a key source is left out", {{"problem", text}});
          }));
  ForgetKeyVariables();

  const std::string path = flags.socket_dir + "/" + config.name + ".sock";
  ACD_TRY(auto socket, server::ListeningSocket::Listen(path));
  ACD_TRY(const auto server,
          server::CmpServer::Start(
              std::move(socket), engine->service(),
              [&](const server::RequestRecord& record) { LogRequest(log, record); },
              [&] { return HealthOf(engine->Keys()); }));
  LogStart(log, *engine, config.name, path);

  signals.Wait(std::nullopt);
  return StopServer(*server, signals, *engine, log,
                    std::chrono::milliseconds(std::llround(flags.shutdown_grace_s * 1000)));
}

}  // namespace

int RunServe(std::span<char*> args) {
  ServeFlags flags;
  if (const auto code = flags.Parse(args)) return *code;
  auto status = Serve(flags);
  return status ? *status : ReportFailure("serve", status.error());
}

}  // namespace acd::commands
