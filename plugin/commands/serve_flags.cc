#include "plugin/commands/serve_flags.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <string_view>
#include <utility>

#include "plugin/commands/cli.h"
#include "plugin/custom/command_environment.h"

namespace acd::commands {
namespace {

constexpr const char* kDefaultConfigDir = "/home/argocd/cmp-server/config";
constexpr const char* kDefaultSocketDir = "/home/argocd/cmp-server/plugins";

constexpr std::array<std::pair<std::string_view, double>, 7> kUnits{{{"ns", 1e-6},
                                                                     {"us", 1e-3},
                                                                     {"\xC2\xB5s", 1e-3},
                                                                     {"ms", 1},
                                                                     {"s", 1e3},
                                                                     {"m", 60e3},
                                                                     {"h", 3600e3}}};

// A stock server takes anything for these, and so has a container that was made for it.
constexpr const char* kStockTimeout = "ARGOCD_EXEC_TIMEOUT";
constexpr const char* kStockFatalTimeout = "ARGOCD_EXEC_FATAL_TIMEOUT";

// The stock server's names, for a container whose command stays as it is.
void AddStockFlags(CLI::App& app, ServeFlags& flags) {
  app.add_option("--config-dir-path", flags.config_dir)->group("");
  app.add_option("--logformat", flags.log_format)
      ->group("")
      ->check(CLI::IsMember({"json", "text"}));
  app.add_option("--loglevel", flags.log_level)->group("");
}

/// Spec: Go's time.ParseDuration, without a sign. Nothing: it is none.
std::optional<double> Milliseconds(std::string_view text) {
  if (text == "0") return 0;
  if (text.empty()) return std::nullopt;
  double total = 0;
  while (!text.empty()) {
    double number = 0;
    const auto [end, error] =
        std::from_chars(text.data(), text.data() + text.size(), number, std::chars_format::fixed);
    if (error != std::errc() || text.front() == '-') return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    const std::size_t size = std::min(text.find_first_of("0123456789."), text.size());
    const auto* unit = std::find_if(kUnits.begin(), kUnits.end(), [&](const auto& known) {
      return known.first == text.substr(0, size);
    });
    if (unit == kUnits.end()) return std::nullopt;
    text.remove_prefix(size);
    total += number * unit->second;
  }
  return total;
}

/// `0`, `0s`, `0m0s`: no limit.
bool IsZero(std::string_view text) { return Milliseconds(text) == 0.0; }

Result<std::optional<std::chrono::milliseconds>> Duration(const std::string& text,
                                                          const char* setting) {
  if (text.empty() || IsZero(text)) return std::optional<std::chrono::milliseconds>();
  const auto duration = ParseGoDuration(text);
  if (!duration) {
    return Fail(Code::kInvalidInput, std::string(setting) + ": must be a time such as 90s or 2m");
  }
  return duration;
}

}  // namespace

std::optional<std::chrono::milliseconds> ParseGoDuration(std::string_view text) {
  constexpr double kMaxMs = 1e12;
  const auto total = Milliseconds(text);
  if (!total || !(*total > 0) || *total > kMaxMs) return std::nullopt;
  return std::chrono::milliseconds(std::max(1LL, std::llround(*total)));
}

ServeFlags::ServeFlags()
    : socket_dir(EnvironmentOr("ARGOCD_PLUGINSOCKFILEPATH", kDefaultSocketDir)),
      log_format(EnvironmentOr("ARGOCD_CMP_SERVER_LOGFORMAT", "json")),
      log_level(EnvironmentOr("ARGOCD_CMP_SERVER_LOGLEVEL", "info")),
      stock_timeout(EnvironmentOr(kStockTimeout, "")),
      stock_fatal_timeout(EnvironmentOr(kStockFatalTimeout, "")) {}

std::optional<int> ServeFlags::Parse(std::span<char*> args) {
  CLI::App app(
      "The plugin server: decrypts and renders what the repo-server sends to its socket, or runs\n"
      "the commands of a plugin.yaml, as argocd-cmp-server does.\n"
      "Each setting is a flag, or the variable in brackets.",
      "argocd-decrypt serve");
  AddSetting(app, "config", config,
             std::string("Argo CD's plugin.yaml; default ") + kDefaultConfigDir +
                 "/plugin.yaml if it exists; read again when it changes");
  AddSetting(app, "socket-dir", socket_dir,
             "folder of plugin sockets, shared with the repo-server; default "
             "$ARGOCD_PLUGINSOCKFILEPATH");
  engine.AddTo(app);
  AddSetting(app, "allow-key-commands", engine.settings.allow_key_commands,
             "run SOPS_AGE_KEY_CMD and SOPS_AGE_SSH_PRIVATE_KEY_CMD");
  AddSetting(app, "allow-key-variables", allow_key_variables,
             "hand SOPS_AGE_KEY and AGE_PASSPHRASE on to the commands of plugin.yaml");
  AddSetting(
      app, "exec-timeout", exec_timeout,
      "time for each command of plugin.yaml, such as 90s; default $ARGOCD_EXEC_TIMEOUT, else "
      "the request's deadline alone");
  AddSetting(app, "exec-fatal-timeout", exec_fatal_timeout,
             "then, between SIGTERM and SIGKILL; default $ARGOCD_EXEC_FATAL_TIMEOUT");
  AddSetting(app, "discover-encrypted", engine.settings.service.discover_encrypted,
             "also take Applications that name no plugin, if their path holds something encrypted");
  AddSetting(app, "shutdown-grace", shutdown_grace_s,
             "seconds that running requests get after SIGTERM")
      ->check(CLI::Range(0.0, 86400.0));
  AddSetting(app, "max-client-silence", max_client_silence_s,
             "seconds in which a client that is sending its files may send nothing; 0: no limit")
      ->check(CLI::Range(0.0, 86400.0));
  AddSetting(
      app, "metrics-address", metrics_address,
      "HOST:PORT where Prometheus finds /metrics, :PORT for all addresses; default: nowhere");
  AddSetting(app, "log-format", log_format, "json or text")->check(CLI::IsMember({"json", "text"}));
  AddSetting(app, "log-level", log_level, "trace, debug, info, warn or error")
      ->check(CLI::IsMember({"trace", "debug", "info", "warn", "warning", "error"}));
  AddSetting(
      app, "log-command-output", log_command_output,
      "log what the commands of plugin.yaml write to standard error, which may hold secrets");
  tracing.AddTo(app);
  AddStockFlags(app, *this);
  app.footer(
      "Keys: SOPS_AGE_KEY, SOPS_AGE_KEY_FILE, SOPS_AGE_SSH_PRIVATE_KEY_FILE, "
      "~/.config/sops/age/keys.txt,\n~/.ssh/id_ed25519, ~/.ssh/id_rsa, and all files in age/, ssh/ "
      "and pgp/ of --key-dir. PGP keys are opened by gpg, or $SOPS_GPG_EXEC.\n"
      "What value files may name: the variables HELM_SECRETS_*, as docs/helm-secrets.md lists "
      "them.\n"
      "Called as argocd-cmp-server it is this command; that one's flags are taken, too.\n"
      "Example: SOPS_AGE_KEY_FILE=key.txt argocd-decrypt serve --socket-dir /run/plugins "
      "--workdir /dev/shm --log-format text");
  return ParseArguments(app, args);
}

LogFormat ServeFlags::Format() const {
  return log_format == "text" ? LogFormat::kText : LogFormat::kJson;
}

// Nothing is logged below debug; trace is a name that people try.
LogLevel ServeFlags::Level() const {
  if (log_level == "trace" || log_level == "debug") return LogLevel::kDebug;
  if (log_level == "warn" || log_level == "warning") return LogLevel::kWarn;
  return log_level == "error" ? LogLevel::kError : LogLevel::kInfo;
}

std::chrono::milliseconds ServeFlags::Grace() const {
  return std::chrono::milliseconds(std::llround(shutdown_grace_s * 1000));
}

std::optional<std::chrono::milliseconds> ServeFlags::Silence() const {
  if (!(max_client_silence_s > 0)) return std::nullopt;
  return std::chrono::milliseconds(std::llround(std::max(1.0, max_client_silence_s * 1000)));
}

std::string ServeFlags::SocketPath(const custom::PluginConfig& plugin) const {
  return socket_dir + "/" + plugin.FullName() + ".sock";
}

std::string ServeFlags::ConfigPath() const {
  if (!config.empty()) return config;
  return (config_dir.empty() ? std::string(kDefaultConfigDir) : config_dir) + "/plugin.yaml";
}

Result<custom::CommandSettings> ServeFlags::CommandSettings() const {
  custom::CommandSettings settings;
  settings.environment = custom::SidecarEnvironment(allow_key_variables);
  // As a stock server tells its commands.
  settings.environment["ARGOCD_LOG_FORMAT"] = log_format;
  settings.environment["ARGOCD_LOG_LEVEL"] = log_level;
  ACD_TRY(settings.time_limit, Duration(exec_timeout, "--exec-timeout"));
  ACD_TRY(settings.fatal_time_limit, Duration(exec_fatal_timeout, "--exec-fatal-timeout"));
  if (exec_timeout.empty()) settings.time_limit = ParseGoDuration(stock_timeout);
  if (exec_fatal_timeout.empty()) settings.fatal_time_limit = ParseGoDuration(stock_fatal_timeout);
  return settings;
}

std::vector<std::string> ServeFlags::Warnings() const {
  std::vector<std::string> warnings;
  const auto look = [&](const char* name, const std::string& text) {
    if (text.empty() || IsZero(text) || ParseGoDuration(text)) return;
    warnings.push_back(std::string(name) + ": is no time such as 90s or 2m, and has no effect");
  };
  if (exec_timeout.empty()) look(kStockTimeout, stock_timeout);
  if (exec_fatal_timeout.empty()) look(kStockFatalTimeout, stock_fatal_timeout);
  return warnings;
}

}  // namespace acd::commands
