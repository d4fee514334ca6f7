#pragma once

#include <memory>
#include <string>
#include <vector>

#include "decrypt/base/result.h"
#include "decrypt/keys/key_service.h"
#include "decrypt/keys/key_watch.h"
#include "plugin/custom/commands.h"
#include "plugin/custom/plugin_config.h"
#include "plugin/exec/command_runner.h"
#include "plugin/exec/run_observer.h"
#include "plugin/render/renderer.h"
#include "plugin/server/manifest_service.h"
#include "plugin/server/plugin.h"
#include "plugin/server/tool_versions.h"
#include "plugin/workspace/workspace.h"

namespace acd::commands {

/// What `serve` and `generate` have in common: everything between a request and its manifests.
struct EngineSettings {
  std::string workdir;  ///< empty: see DefaultWorkdir
  bool allow_disk_workdir = false;
  bool allow_key_commands = false;
  std::string age_plugins;         ///< comma list of names
  std::string key_import_dirs;     ///< colon list of folders besides the key folder
  std::string chart_cache;         ///< a folder, "off", or empty: one in the workspace
  std::size_t chart_cache_mb = 0;  ///< 0: the default
  exec::ChildLimits children;
  exec::RunObserver* observer = nullptr;  ///< told of children; borrowed; null: nobody
  custom::PluginConfig plugin;            ///< to begin with
  custom::CommandSettings commands;       ///< of its commands; what the engine knows is filled in
  render::RenderSettings render;
  server::ServiceSettings service;
};

/// Keys, tools, workspace and renderer, wired together.
class Engine {
 public:
  struct Tool {
    std::string name;
    std::string path;     ///< absolute; empty when it was not found
    std::string problem;  ///< why not
  };

  /// `server`: keys are looked for where the sidecar mounts them, too. `warn`: told of key sources
  /// that are unreadable or malformed, from any thread.
  /// Errors: those of WorkspaceRoot::Open and of MakeKeys.
  static Result<std::unique_ptr<Engine>> Create(EngineSettings settings, bool server,
                                                keys::Warn warn);
  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  server::ManifestService& service();
  server::Plugin& plugin();
  /// As given, with the defaults filled in.
  const EngineSettings& settings() const;
  const std::string& workspace_path() const;
  /// What this process has in the work folder, when it is going to end at once.
  void RemoveWorkspaces() const noexcept;

  /// Public halves of the keys at hand.
  std::vector<std::string> PublicKeys();
  /// How the keys are now; see keys::KeyState.
  keys::KeyState Keys();
  /// What the plugin runs, looked for but not started: helm and kustomize, or its own commands'
  /// programs.
  std::vector<Tool> Tools() const;
  std::vector<Tool> ToolsOf(const custom::PluginConfig& plugin) const;
  /// Of this program, and of the tools by starting them; see server::ToolVersions.
  server::Versions Versions(const exec::Budget& budget);

 private:
  struct Parts;
  explicit Engine(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace acd::commands
