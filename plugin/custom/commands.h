#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "decrypt/base/result.h"
#include "plugin/custom/announcement.h"
#include "plugin/custom/plugin_config.h"
#include "plugin/exec/command_runner.h"
#include "plugin/render/renderer.h"

namespace acd::custom {

/// What a finished command said beside its output, for people who write plugins. Redacted as far as
/// can be; its author may still have printed a secret, so nobody gets it unless an operator wants.
struct CommandReport {
  std::string_view field;        ///< "spec.generate"
  std::string_view application;  ///< its name
  int exit_code = 0;
  std::chrono::milliseconds wall{0};
  std::string_view err;  ///< standard error, cleaned and cut
};

struct CommandSettings {
  /// The sidecar's own, see SidecarEnvironment; a request's variables come over it.
  std::map<std::string, std::string> environment;
  std::string tool_path;  ///< where a program without a slash in its name is looked for
  std::string self;       ///< this binary: git's askpass program
  std::size_t max_output_bytes = 90U << 20U;
  /// ARGOCD_EXEC_TIMEOUT: for each command, besides the request's deadline.
  std::optional<std::chrono::milliseconds> time_limit;
  /// ARGOCD_EXEC_FATAL_TIMEOUT: then between SIGTERM and SIGKILL.
  std::optional<std::chrono::milliseconds> fatal_time_limit;
  std::function<void(const CommandReport&)> report;  ///< empty: nobody wants them
};

/// Where a question about an application is asked: its files, unpacked.
struct CommandPlace {
  std::string root;     ///< of the repository; absolute and real
  std::string app_dir;  ///< the same; the command's working directory
  std::string run_dir;  ///< for temporary files
  render::Application application;
  exec::Budget budget;
};

/// Runs what a `plugin.yaml` names, as the stock plugin server does: no shell, the application's
/// folder as working directory, /dev/null as input, the sidecar's environment under the request's.
/// Spec: cmp-protocol.md 3.3. Beyond that: temporary files go to the request's own folder,
/// variables with private keys are not handed on, an answer that still holds ciphertext is refused,
/// nothing outlives the command, and errors are redacted and name the field. Errors of all:
/// kToolFailed (exit status, with what it said), kNotFound (no such program), kDeadline,
/// kCancelled, kLimitExceeded, kIo. Threads: safe to call concurrently; blocks.
class Commands {
 public:
  /// `runner` is borrowed.
  Commands(exec::CommandRunner& runner, CommandSettings settings)
      : runner_(runner), settings_(std::move(settings)) {}

  /// init, then generate. Errors besides: those of guard::CheckManifests.
  Result<render::Rendered> Generate(const PluginConfig& plugin,
                                    const render::RenderRequest& request);

  /// Whether discover.find.command says something.
  Result<bool> Find(const PluginConfig& plugin, const CommandPlace& place);

  /// What parameters.dynamic.command prints: a JSON array. kInvalidInput: it is none.
  Result<std::vector<Announcement>> DynamicParameters(const PluginConfig& plugin,
                                                      const CommandPlace& place);

 private:
  Result<SecretBytes> Run(std::string_view field, const CommandLine& line,
                          const CommandPlace& place, std::size_t max_output_bytes,
                          bool drops_more = false);

  exec::CommandRunner& runner_;
  CommandSettings settings_;
};

}  // namespace acd::custom
