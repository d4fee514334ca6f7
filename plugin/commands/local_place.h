#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "decrypt/base/result.h"

namespace acd::commands {

using ArgoVariables = std::vector<std::pair<std::string, std::string>>;

/// What Argo CD set of this process's environment.
ArgoVariables ArgoEnvironment();

/// ARGOCD_APP_SOURCE_PATH, the application's path in its repository; empty when it is not set.
std::string SourcePathOf(const ArgoVariables& environment);

/// The folder of which `folder` is the path `source_path`. nullopt: it is not there, or unknown.
std::optional<std::string> RootBySourcePath(const std::string& folder, std::string source_path);

/// Where a command of a stock plugin server finds its application: the current folder.
struct LocalPlace {
  std::string root;           ///< of the repository; real
  std::string app_dir;        ///< the same as the root or below it; real
  ArgoVariables environment;  ///< what Argo CD set
};

/// The repository of a folder: what a stock server unpacked (`<workdir>/_cmp_server/<id>`), else
/// where ARGOCD_APP_SOURCE_PATH (`source_path`) says, else the nearest folder above with a `.git`,
/// else the folder itself. So it is the same whether or not the variable is there, which Argo CD
/// does not send with every question.
std::string RepositoryOf(const std::string& folder, std::string source_path);

/// Error: kIo.
Result<LocalPlace> FindLocalPlace();

}  // namespace acd::commands
