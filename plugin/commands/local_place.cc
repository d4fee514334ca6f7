#include "plugin/commands/local_place.h"

#include <unistd.h>

#include <filesystem>
#include <string_view>
#include <system_error>
#include <utility>

#include "decrypt/base/system_failure.h"

namespace acd::commands {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kStockFolder = "_cmp_server";

// What Argo CD sends with a request. Nothing else of this process's environment is the
// Application's business: a key could be in it.
bool IsArgoVariable(std::string_view name) {
  return name.starts_with("ARGOCD_APP_") || name.starts_with("ARGOCD_ENV_") ||
         name.starts_with("PARAM_") || name == "KUBE_VERSION" || name == "KUBE_API_VERSIONS";
}

}  // namespace

ArgoVariables ArgoEnvironment() {
  ArgoVariables found;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    const std::size_t equals = text.find('=');
    if (equals == std::string_view::npos || !IsArgoVariable(text.substr(0, equals))) continue;
    found.emplace_back(text.substr(0, equals), text.substr(equals + 1));
  }
  return found;
}

std::string SourcePathOf(const ArgoVariables& environment) {
  std::string path;
  for (const auto& [name, value] : environment) {
    if (name == "ARGOCD_APP_SOURCE_PATH") path = value;
  }
  return path;
}

std::optional<std::string> RootBySourcePath(const std::string& folder, std::string source_path) {
  source_path = fs::path(source_path).lexically_normal().string();
  while (source_path.ends_with('/')) source_path.pop_back();
  while (source_path.starts_with('/')) source_path.erase(0, 1);
  const std::string suffix = "/" + source_path;
  const bool known = !source_path.empty() && source_path != "." && !source_path.starts_with("..") &&
                     folder.size() > suffix.size() && folder.ends_with(suffix);
  if (!known) return std::nullopt;
  return folder.substr(0, folder.size() - suffix.size());
}

std::string RepositoryOf(const std::string& folder, std::string source_path) {
  const fs::path here(folder);
  for (fs::path at = here; at.has_relative_path(); at = at.parent_path()) {
    if (at.parent_path().filename() == kStockFolder) return at.string();
  }
  if (auto root = RootBySourcePath(folder, std::move(source_path))) return *std::move(root);
  for (fs::path at = here; at.has_relative_path(); at = at.parent_path()) {
    std::error_code error;
    if (fs::exists(at / ".git", error)) return at.string();
  }
  return folder;
}

Result<LocalPlace> FindLocalPlace() {
  LocalPlace place;
  std::error_code error;
  place.app_dir = fs::current_path(error).string();  // the kernel's word: no symlink in it
  if (error) return SystemFailure("current folder", error.value());
  place.environment = ArgoEnvironment();
  place.root = RepositoryOf(place.app_dir, SourcePathOf(place.environment));
  return place;
}

}  // namespace acd::commands
