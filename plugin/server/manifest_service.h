#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "decrypt/base/result.h"
#include "plugin/archive/unpack.h"
#include "plugin/exec/command_runner.h"
#include "plugin/render/renderer.h"
#include "plugin/server/error_text.h"
#include "plugin/server/plugin.h"
#include "plugin/server/render_queue.h"
#include "plugin/server/repository_source.h"
#include "plugin/server/request_record.h"
#include "plugin/workspace/workspace.h"

namespace acd::server {

/// Renders one application. The server knows renderers, keys and tools only through this.
/// Threads: called concurrently, at most `max_concurrent_renders` at a time.
using RenderFunction = std::function<Result<render::Rendered>(const render::RenderRequest&)>;

struct ServiceSettings {
  archive::UnpackOptions unpack;                ///< its limits; the rest is as the plugin wants it
  std::size_t max_message_bytes = 100U << 20U;  ///< an answer above it would not reach the client
  QueueSettings queue;
  std::optional<std::chrono::milliseconds> max_run_time;  ///< for callers that set no deadline
  /// Take Applications that name no plugin, if they hold something encrypted. Else the server says
  /// that it has no discovery, and is never sent another plugin's repository.
  bool discover_encrypted = false;
};

/// An error and the text that the client gets for it.
struct CallError {
  Error error;
  std::string text;
};

/// What GenerateManifest does, free of gRPC: receive, render, and leave nothing behind.
class ManifestService {
 public:
  /// `root` and `plugin` are borrowed for the service's life. `render`: the built-in renderer, for
  /// a plugin without commands.
  ManifestService(const workspace::WorkspaceRoot& root, const Plugin& plugin, RenderFunction render,
                  ServiceSettings settings);

  /// One call. `source` is drained on every path. `client`: the call's deadline and
  /// whether it was cancelled. Fills `record` with what is known, whatever happens. Returns the
  /// manifests, one document each. Threads: safe to call concurrently; blocks.
  std::variant<std::vector<std::string>, CallError> Generate(RepositorySource& source,
                                                             const exec::Budget& client,
                                                             RequestRecord& record);

  const ServiceSettings& settings() const { return settings_; }
  const workspace::WorkspaceRoot& workspaces() const { return root_; }
  const Plugin& plugin() const { return plugin_; }
  RenderQueue& queue() { return queue_; }

 private:
  struct Call;
  Result<std::vector<std::string>> Run(Call& call);
  Status Receive(Call& call);
  Result<render::RenderRequest> Prepare(Call& call) const;
  Status CheckSize(const std::vector<std::string>& manifests, RequestRecord& record) const;

  Result<render::Rendered> Render(Call& call);

  const workspace::WorkspaceRoot& root_;
  const Plugin& plugin_;
  RenderFunction render_;
  ServiceSettings settings_;
  RenderQueue queue_;
};

/// How a plugin wants repositories unpacked: its own commands see them as under a stock server.
archive::UnpackOptions UnpackOptionsFor(const custom::PluginConfig& plugin,
                                        const archive::UnpackOptions& limits);

/// The part of a client's budget that work may use: what is left is for the answer to arrive,
/// because a client whose deadline has passed sees only that. One second, or a quarter of a shorter
/// time. `max_run_time` shortens it further.
exec::Budget WorkBudget(const exec::Budget& client,
                        std::optional<std::chrono::milliseconds> max_run_time);

}  // namespace acd::server
