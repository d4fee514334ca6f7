#pragma once

#include <functional>
#include <string>

#include "decrypt/base/result.h"
#include "plugin/render/value_url.h"

namespace acd::render {

/// What helm-secrets' variables allow an Application to name behind `secrets://` and its other
/// schemes. Whatever they say, files stay inside the repository and keys inside the folders that
/// the operator names; these narrow it further. As in helm-secrets everything is allowed unless
/// set, and then any word but `true` refuses (helm-secrets takes `False` for permission).
struct HelmSecretsPolicy {
  bool allow_symlinks = true;               ///< HELM_SECRETS_VALUES_ALLOW_SYMLINKS
  bool allow_absolute_path = true;          ///< HELM_SECRETS_VALUES_ALLOW_ABSOLUTE_PATH
  bool allow_traversal = true;              ///< HELM_SECRETS_VALUES_ALLOW_PATH_TRAVERSAL
  bool allow_age_import = true;             ///< HELM_SECRETS_ALLOW_AGE_IMPORT
  bool allow_age_import_kubernetes = true;  ///< HELM_SECRETS_ALLOW_AGE_IMPORT_KUBERNETES
  bool allow_gpg_import = true;             ///< HELM_SECRETS_ALLOW_GPG_IMPORT
  bool allow_gpg_import_kubernetes = true;  ///< HELM_SECRETS_ALLOW_GPG_IMPORT_KUBERNETES
  bool ignore_missing = false;              ///< HELM_SECRETS_IGNORE_MISSING_VALUES
  bool expand_url_variables = false;        ///< HELM_SECRETS_URL_VARIABLE_EXPANSION
  /// HELM_SECRETS_KEY_LOCATION_PREFIX: how the path of a key file must begin, a text. Of a key in a
  /// mounted Secret it is the mounted file's path.
  std::string key_location_prefix;
  std::string backend;           ///< HELM_SECRETS_BACKEND; empty: sops
  std::string allowed_backends;  ///< HELM_SECRETS_ALLOWED_BACKENDS, a comma list; empty: all
  std::string unsupported;       ///< a setting that asks for what cannot be done; empty: none

  /// `getenv` returns null for what is not set; it is only used during the call.
  static HelmSecretsPolicy FromEnvironment(const std::function<const char*(const char*)>& getenv);

  /// `root` and `base`: absolute; the repository, and the folder that relative paths start from.
  /// A url of another form is not this policy's business.
  /// Errors: kInvalidInput in helm-secrets' words; kUnsupported, naming the variable.
  Status Check(const ValueUrl& url, const std::string& root, const std::string& base) const;
  /// A file that a glob found: `path` counts from the repository's root.
  Status CheckFound(const ValueUrl& url, const std::string& root, const std::string& path) const;
  /// The path of a key file. `shown`: as the Application names it. Error: kInvalidInput.
  Status CheckKeyLocation(const std::string& path, const std::string& shown) const;

 private:
  Status CheckImport(const ValueUrl& url) const;
  Status CheckBackend(const ValueUrl& url) const;
};

}  // namespace acd::render
