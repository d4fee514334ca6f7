#pragma once

#include <functional>
#include <string>

#include "decrypt/base/result.h"
#include "plugin/render/value_url.h"

namespace acd::render {

/// What helm-secrets' variables allow an Application to name behind `secrets://` and
/// `secrets+age-import://`. Whatever they say, files stay inside the repository and keys inside the
/// key folder; these narrow it further. As in helm-secrets everything is allowed unless set, and
/// then any word but `true` refuses (helm-secrets takes `False` for permission).
struct HelmSecretsPolicy {
  bool allow_symlinks = true;       ///< HELM_SECRETS_VALUES_ALLOW_SYMLINKS
  bool allow_absolute_path = true;  ///< HELM_SECRETS_VALUES_ALLOW_ABSOLUTE_PATH
  bool allow_traversal = true;      ///< HELM_SECRETS_VALUES_ALLOW_PATH_TRAVERSAL
  bool allow_age_import = true;     ///< HELM_SECRETS_ALLOW_AGE_IMPORT
  /// HELM_SECRETS_KEY_LOCATION_PREFIX: how the path of a key file must begin, a text.
  std::string key_location_prefix;

  /// `getenv` returns null for what is not set; it is only used during the call.
  static HelmSecretsPolicy FromEnvironment(const std::function<const char*(const char*)>& getenv);

  /// `root` and `base`: absolute; the repository, and the folder that relative paths start from.
  /// A url of another form is not this policy's business.
  /// Error: kInvalidInput in helm-secrets' words.
  Status Check(const ValueUrl& url, const std::string& root, const std::string& base) const;
};

}  // namespace acd::render
