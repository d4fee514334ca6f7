#pragma once

#include <string>
#include <vector>

#include "decrypt/base/result.h"
#include "plugin/custom/announcement.h"

namespace acd::custom {

/// A program and its arguments, as `command` and `args` together give them. No shell.
using CommandLine = std::vector<std::string>;

/// A `plugin.yaml`: Argo CD's ConfigManagementPlugin. What is empty is not configured.
struct PluginConfig {
  std::string name = "argocd-decrypt";  ///< metadata.name
  std::string version;                  ///< spec.version
  CommandLine init;
  CommandLine generate;  ///< empty: the built-in renderer serves
  std::string discover_file_name;
  std::string discover_glob;
  CommandLine discover_command;
  std::vector<Announcement> static_parameters;
  CommandLine dynamic_parameters;
  bool preserve_file_mode = false;
  bool provide_git_creds = false;

  /// What is in the file and has no effect, one line each, for the log.
  std::vector<std::string> warnings;

  /// What Applications call the plugin, and its socket's name without `.sock`.
  std::string FullName() const { return version.empty() ? name : name + "-" + version; }
  bool HasCommands() const { return !generate.empty(); }
  bool HasDiscovery() const {
    return !discover_file_name.empty() || !discover_glob.empty() || !discover_command.empty();
  }

  bool operator==(const PluginConfig&) const = default;
};

/// Reads a file as the stock server does: YAML 1.1, keys without regard to case, the first document
/// only, and no other type than a field has. Spec: cmp-protocol.md 3.1. Beyond that: `generate` may
/// be left out, unknown fields are warned about, `init` without `generate` is refused, since
/// nothing would run it. Errors: kNotFound, kIo, kInvalidInput naming the field; each begins with
/// the path.
Result<PluginConfig> LoadPluginConfig(const std::string& path);

/// The same for a text; `origin` begins each error.
Result<PluginConfig> ParsePluginConfig(const std::string& text, const std::string& origin);

}  // namespace acd::custom
