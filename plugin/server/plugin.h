#pragma once

#include <memory>
#include <mutex>
#include <utility>

#include "plugin/custom/commands.h"
#include "plugin/custom/plugin_config.h"

namespace acd::server {

/// The plugin that is served: what its `plugin.yaml` says now, and what runs its commands. A
/// request takes the configuration once and keeps it to its end, whatever is loaded meanwhile.
/// Threads: safe to call concurrently.
class Plugin {
 public:
  /// `commands`: borrowed; may be null while no configuration names any.
  explicit Plugin(custom::PluginConfig config = {}, custom::Commands* commands = nullptr)
      : config_(std::make_shared<const custom::PluginConfig>(std::move(config))),
        commands_(commands) {}

  std::shared_ptr<const custom::PluginConfig> Current() const {
    const std::lock_guard lock(mutex_);
    return config_;
  }
  void Set(custom::PluginConfig config) {
    auto next = std::make_shared<const custom::PluginConfig>(std::move(config));
    const std::lock_guard lock(mutex_);
    config_.swap(next);
  }
  custom::Commands& commands() const { return *commands_; }

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<const custom::PluginConfig> config_;
  custom::Commands* commands_;
};

}  // namespace acd::server
