#pragma once

#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "decrypt/base/result.h"
#include "plugin/commands/engine_options.h"
#include "plugin/commands/log.h"
#include "plugin/commands/tracing_flags.h"
#include "plugin/custom/plugin_config.h"

namespace acd::commands {

/// The command line of `serve`, and of a stock server that it stands in for.
struct ServeFlags {
  EngineFlags engine;
  std::string config;      ///< empty: the default place, where there need be none
  std::string config_dir;  ///< the stock server's way to say it
  std::string socket_dir;
  std::string metrics_address;  ///< empty: none
  double shutdown_grace_s = 20;
  double max_client_silence_s = 900;  ///< 0: as long as it likes
  std::string log_format;
  std::string log_level;
  bool log_command_output = false;
  bool allow_key_variables = false;
  std::string exec_timeout;  ///< empty: the stock server's variable
  std::string exec_fatal_timeout;
  std::string stock_timeout;
  std::string stock_fatal_timeout;
  TracingFlags tracing;

  ServeFlags();
  /// As ParseArguments.
  std::optional<int> Parse(std::span<char*> args);

  LogFormat Format() const;
  LogLevel Level() const;
  std::chrono::milliseconds Grace() const;
  /// How long a client may send nothing of a request that it has begun; none: as long as it likes.
  std::optional<std::chrono::milliseconds> Silence() const;
  std::string ConfigPath() const;
  /// Where such a plugin listens.
  std::string SocketPath(const custom::PluginConfig& plugin) const;
  bool IsConfigOptional() const { return config.empty() && config_dir.empty(); }
  /// What the commands of a plugin.yaml get, but for what the engine knows itself. Before
  /// ForgetKeyVariables. Error: kInvalidInput naming the setting.
  Result<custom::CommandSettings> CommandSettings() const;
  /// What is set in vain.
  std::vector<std::string> Warnings() const;
};

/// A time as Go writes it: `90s`, `1m30s`, `1.5h`. Nothing: it is none, or not positive.
std::optional<std::chrono::milliseconds> ParseGoDuration(std::string_view text);

}  // namespace acd::commands
