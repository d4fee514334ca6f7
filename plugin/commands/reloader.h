#pragma once

#include <mutex>
#include <optional>
#include <string>

#include "decrypt/base/result.h"
#include "plugin/commands/engine.h"
#include "plugin/commands/log.h"
#include "plugin/commands/plugin_watch.h"
#include "plugin/commands/serve_flags.h"
#include "plugin/commands/server_metrics.h"
#include "plugin/custom/plugin_config.h"
#include "plugin/server/cmp_server.h"

namespace acd::commands {

/// Takes over what a changed plugin.yaml says, while requests run. A broken one is reported and
/// changes nothing. What it is given is borrowed, and has to live as long.
class Reloader {
 public:
  Reloader(const ServeFlags& flags, PluginWatch& watch, Engine& engine, Log& log,
           ServerMetrics& metrics)
      : flags_(flags), watch_(watch), engine_(engine), log_(log), metrics_(metrics) {}

  /// To be called from time to time, by one thread.
  void Poll(server::CmpServer& server);

  /// What is wrong with the file that is not in use; empty: nothing. Any thread may ask.
  std::string Problem() const;

 private:
  Status Take(server::CmpServer& server, const custom::PluginConfig& plugin);

  const ServeFlags& flags_;
  PluginWatch& watch_;
  Engine& engine_;
  Log& log_;
  ServerMetrics& metrics_;
  std::optional<custom::PluginConfig> waiting_;  ///< read, and not in use yet
  mutable std::mutex mutex_;                     ///< guards the problem
  std::string problem_;
};

/// Tells of what a plugin.yaml says in vain.
void LogWarnings(Log& log, const custom::PluginConfig& plugin);

}  // namespace acd::commands
