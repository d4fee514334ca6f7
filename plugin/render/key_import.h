#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "decrypt/base/result.h"
#include "decrypt/keys/key_service.h"
#include "decrypt/keys/key_tools.h"
#include "plugin/render/helm_secrets_policy.h"
#include "plugin/render/value_url.h"

namespace acd::render {

/// Who wants to use which key file, which is there and in one of the operator's folders.
struct KeyUse {
  std::string project;      ///< AppProject
  std::string application;  ///< instance name
  std::string key_file;     ///< absolute, as it is mounted; links in it are not followed
};

/// The one place where a policy says whether an Application may use a key file that it names.
/// Empty: any in the operator's folders. Error: the refusal, which names the Application.
/// Threads: called concurrently.
using KeyUsePolicy = std::function<Status(const KeyUse&)>;

/// What the operator says about keys that Applications name.
struct KeyImportSettings {
  /// Key files must lie below one of these, links followed.
  std::vector<std::string> folders;
  /// Secrets for the `-kubernetes` forms: `FOLDER/[NAMESPACE/]SECRET/KEY`. Empty: none is mounted.
  std::string secrets_folder;
  /// For the keyring of an imported PGP key; null: PGP keys cannot be imported.
  std::shared_ptr<const keys::KeyTools> gpg_tools;
  KeyUsePolicy may_use;
};

/// The keys that one Application's value files name (`secrets+age-import://` and the like), each
/// opened once and forgotten with this object. Not safe for concurrent use.
class KeyImports {
 public:
  /// `policy` is borrowed. `use`: project and application are taken from it.
  KeyImports(KeyImportSettings settings, const HelmSecretsPolicy& policy, KeyUse use)
      : settings_(std::move(settings)), policy_(policy), use_(std::move(use)) {}

  /// A service with that key and no other; null for a url that names none.
  /// Errors: kInvalidInput (outside of the folders, no key in it, a name that Kubernetes would not
  /// take), kNotFound, kUnsupported (no folder of Secrets is configured), the policy's refusal.
  Result<keys::KeyService*> Open(const ValueUrl& url);

 private:
  Result<std::string> Locate(const ValueUrl& url) const;
  Result<std::string> LocateSecret(const KeyReference& key) const;

  const KeyImportSettings settings_;
  const HelmSecretsPolicy& policy_;
  const KeyUse use_;
  std::map<std::pair<KeyReference::Type, std::string>, std::unique_ptr<keys::KeyService>> opened_;
};

/// An absolute path of a regular file that lies, symlinks followed, below one of `folders`: an
/// Application's author may pick among the keys that the operator mounted, and learn nothing about
/// other files. Errors: kInvalidInput (outside), kNotFound.
Result<std::string> LocateKeyFile(const std::string& key_file,
                                  const std::vector<std::string>& folders);

}  // namespace acd::render
