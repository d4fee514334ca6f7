#pragma once

#include <optional>
#include <string>

#include "decrypt/base/result.h"
#include "plugin/custom/plugin_config.h"

namespace acd::commands {

/// A `plugin.yaml` that may change while it is in use: the kubelet puts a new ConfigMap in place of
/// the mounted one.
class PluginWatch {
 public:
  /// `path`: the file. With `optional`, none at all is as good as an empty one: the built-in
  /// renderer under the default name.
  PluginWatch(std::string path, bool optional) : path_(std::move(path)), optional_(optional) {}

  /// What it says now. Errors: those of custom::LoadPluginConfig.
  Result<custom::PluginConfig> Load();

  /// What it says now, if it is another file than at the last call of either, or could not be read
  /// then. A file that has gone is an error: the last configuration stays.
  std::optional<Result<custom::PluginConfig>> Poll();

 private:
  static constexpr long long kNoFile = -1;
  static constexpr long long kNotSeen = -2;  ///< there may be one, to be looked at again

  /// What tells one version of the file from another.
  struct Stamp {
    unsigned long device = 0;
    unsigned long inode = 0;
    long long modified_ns = 0;
    long long size = kNoFile;  ///< in bytes, or one of the above
    bool operator==(const Stamp&) const = default;
  };
  Stamp Look() const;

  std::string path_;
  bool optional_;
  Stamp seen_;
};

}  // namespace acd::commands
