#pragma once

#include <string>

#include "decrypt/base/result.h"

namespace acd::server {

/// What this server takes from a `plugin.yaml`.
struct PluginConfig {
  std::string name = "argocd-decrypt";  ///< metadata.name, with "-<spec.version>" if there is one
  bool preserve_file_mode = false;      ///< spec.preserveFileMode
  bool provide_git_creds = false;       ///< spec.provideGitCreds
};

/// Reads a ConfigManagementPlugin (Argo CD's `plugin.yaml`).
///
/// Only the built-in renderer is served: `init`, `generate`, `discover` and `parameters` ask for
/// something else and are refused, naming the field, because a server that quietly did not run an
/// operator's command would be worse. Other fields are ignored,
/// as in Argo CD. Errors: kNotFound, kIo, kInvalidInput, kUnsupported; each begins with the path.
Result<PluginConfig> LoadPluginConfig(const std::string& path);

/// The same for a text; `origin` begins each error.
Result<PluginConfig> ParsePluginConfig(const std::string& text, const std::string& origin);

}  // namespace acd::server
