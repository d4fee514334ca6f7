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

Failure RefuseSymlink(const std::string& path) {
  return Refuse("Values file '" + path + "' is a symlink. Symlinks are not allowed.");
}

/// Variables of this process in the URL of an Application's author would be read out by them.
Status CheckRemote(const ValueUrl& url, bool expansion_wanted) {
  if (!expansion_wanted || url.path.find("${") == std::string::npos) return {};
  return Fail(Code::kUnsupported,
              "HELM_SECRETS_URL_VARIABLE_EXPANSION is set, and variables in URLs are not supported",
              "an Application could send any variable of the server anywhere by it");
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
  policy.allow_age_import_kubernetes = allows("HELM_SECRETS_ALLOW_AGE_IMPORT_KUBERNETES");
  policy.allow_gpg_import = allows("HELM_SECRETS_ALLOW_GPG_IMPORT");
  policy.allow_gpg_import_kubernetes = allows("HELM_SECRETS_ALLOW_GPG_IMPORT_KUBERNETES");
  policy.ignore_missing = text("HELM_SECRETS_IGNORE_MISSING_VALUES") == "true";
  policy.expand_url_variables = text("HELM_SECRETS_URL_VARIABLE_EXPANSION") == "true";
  policy.key_location_prefix = text("HELM_SECRETS_KEY_LOCATION_PREFIX");
  policy.backend = text("HELM_SECRETS_BACKEND");
  policy.allowed_backends = text("HELM_SECRETS_ALLOWED_BACKENDS");
  if (!text("HELM_SECRETS_BACKEND_ARGS").empty()) policy.unsupported = "HELM_SECRETS_BACKEND_ARGS";
  if (text("HELM_SECRETS_EVALUATE_TEMPLATES") == "true") {
    policy.unsupported = "HELM_SECRETS_EVALUATE_TEMPLATES";
  }
  const std::string load = text("HELM_SECRETS_LOAD_GPG_KEYS");
  if (!load.empty() && load != "false") policy.unsupported = "HELM_SECRETS_LOAD_GPG_KEYS";
  return policy;
}

Status HelmSecretsPolicy::Check(const ValueUrl& url, const std::string& root,
                                const std::string& base) const {
  if (!url.helm_secrets()) return {};
  ACD_CHECK(CheckBackend(url));
  ACD_CHECK(CheckImport(url));
  if (url.kind == ValueUrl::Kind::kRemote) return CheckRemote(url, expand_url_variables);
  if (url.kind != ValueUrl::Kind::kPath) return {};
  const std::string shown = "'" + url.path + "'";
  if (!allow_symlinks && CrossesSymlink(root, url.path.starts_with('/') ? root : base, url.path)) {
    return RefuseSymlink(url.path);
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

Status HelmSecretsPolicy::CheckFound(const ValueUrl& url, const std::string& root,
                                     const std::string& path) const {
  if (!url.helm_secrets() || allow_symlinks || !CrossesSymlink(root, root, path)) return {};
  return RefuseSymlink(path);
}

Status HelmSecretsPolicy::CheckBackend(const ValueUrl& url) const {
  if (!unsupported.empty()) {
    return Fail(Code::kUnsupported, unsupported + " is set, which is not supported",
                "keys are mounted, and decrypted is what sops encrypted; unset the variable");
  }
  if (!url.names_backend && !backend.empty() && backend != "sops") {
    return Fail(Code::kUnsupported,
                "HELM_SECRETS_BACKEND is '" + backend + "', and only sops is supported",
                "unset the variable, or write sops! in front of the file");
  }
  const std::string list = "," + allowed_backends + ",";
  if (!allowed_backends.empty() && list.find(",sops,") == std::string::npos) {
    return Refuse("secret backend 'sops' not allowed");
  }
  return {};
}

Status HelmSecretsPolicy::CheckImport(const ValueUrl& url) const {
  const KeyReference& key = url.key;
  if (key.type == KeyReference::Type::kNone) return {};
  const bool age = key.type == KeyReference::Type::kAge;
  const bool allowed = key.in_cluster
                           ? (age ? allow_age_import_kubernetes : allow_gpg_import_kubernetes)
                           : (age ? allow_age_import : allow_gpg_import);
  if (!allowed) return Refuse(url.scheme + ":// is not allowed in this context!");
  // Where a Secret is mounted is known later, and so that is checked then.
  return key.in_cluster ? Status() : CheckKeyLocation(key.location, key.location);
}

// Without `..` in it: helm-secrets compares the text as it is, so that /keys/../etc/x passes.
Status HelmSecretsPolicy::CheckKeyLocation(const std::string& path,
                                           const std::string& shown) const {
  const std::string key = fs::path(path).lexically_normal().string();
  const std::string prefix = fs::path(key_location_prefix).lexically_normal().string();
  if (key.starts_with(prefix)) return {};
  return Refuse("Key location '" + shown + "' is not allowed");
}

}  // namespace acd::render
