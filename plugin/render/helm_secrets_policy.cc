#include "plugin/render/helm_secrets_policy.h"

#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <string_view>

namespace acd::render {
namespace {

namespace fs = std::filesystem;

constexpr const char* kAskTheOperator =
    "the operator of the plugin set this, by the HELM_SECRETS_* variable that allows it";

Failure Refuse(std::string message) {
  return Fail(Code::kInvalidInput, std::move(message), kAskTheOperator);
}

/// Also what is absolute for another system's helm, as helm-secrets has it.
bool IsAbsolute(std::string_view path) {
  return path.starts_with('/') || path.starts_with('\\') ||
         path.find(':') != std::string_view::npos;
}

/// helm-secrets looks for `../` and `/..` in the text: a bare `..` passes there.
bool HasTraversal(const fs::path& path) {
  return std::any_of(path.begin(), path.end(), [](const fs::path& part) { return part == ".."; });
}

/// Whether any part of the path is a symlink; helm-secrets only looks at the last one. Up to the
/// first symlink the way back from a folder is the one that the text says. What is outside the
/// repository is not looked at.
bool CrossesSymlink(const fs::path& root, fs::path at, const fs::path& path) {
  for (const fs::path& part : path.relative_path()) {
    if (part.empty() || part == ".") continue;
    if (part == "..") {
      if (at == root) return false;
      at = at.parent_path();
      continue;
    }
    at /= part;
    struct stat info;
    if (::lstat(at.c_str(), &info) != 0) return false;  // missing: for the reader to say
    if (S_ISLNK(info.st_mode)) return true;
  }
  return false;
}

}  // namespace

HelmSecretsPolicy HelmSecretsPolicy::FromEnvironment(
    const std::function<const char*(const char*)>& getenv) {
  const auto text = [&](const char* name) {
    const char* value = getenv(name);
    return std::string(value == nullptr ? "" : value);
  };
  const auto allows = [&](const char* name) {
    const std::string value = text(name);
    return value.empty() || value == "true";
  };
  HelmSecretsPolicy policy;
  policy.allow_symlinks = allows("HELM_SECRETS_VALUES_ALLOW_SYMLINKS");
  policy.allow_absolute_path = allows("HELM_SECRETS_VALUES_ALLOW_ABSOLUTE_PATH");
  policy.allow_traversal = allows("HELM_SECRETS_VALUES_ALLOW_PATH_TRAVERSAL");
  policy.allow_age_import = allows("HELM_SECRETS_ALLOW_AGE_IMPORT");
  policy.key_location_prefix = text("HELM_SECRETS_KEY_LOCATION_PREFIX");
  return policy;
}

Status HelmSecretsPolicy::Check(const ValueUrl& url, const std::string& root,
                                const std::string& base) const {
  if (!url.helm_secrets) return {};
  if (!url.key_file.empty()) {
    if (!allow_age_import) {
      return Refuse("secrets+age-import:// is not allowed in this context!");
    }
    // Without `..` in it: helm-secrets compares the text as it is, so that /keys/../etc/x passes.
    const std::string key = fs::path(url.key_file).lexically_normal().string();
    const std::string prefix = fs::path(key_location_prefix).lexically_normal().string();
    if (!key.starts_with(prefix)) {
      return Refuse("Key location '" + url.key_file + "' is not allowed");
    }
  }
  const std::string shown = "'" + url.path + "'";
  if (!allow_symlinks && CrossesSymlink(root, url.path.starts_with('/') ? root : base, url.path)) {
    return Refuse("Values file " + shown + " is a symlink. Symlinks are not allowed.");
  }
  if (!allow_absolute_path && IsAbsolute(url.path)) {
    return Refuse("Values filepath " + shown +
                  " is an absolute path. Absolute paths are not allowed.");
  }
  if (!allow_traversal && HasTraversal(url.path)) {
    return Refuse("Values filepath " + shown + " contains '..'. Path traversal is not allowed.");
  }
  return {};
}

}  // namespace acd::render
