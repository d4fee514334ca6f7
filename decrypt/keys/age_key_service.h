#pragma once

#include <memory>
#include <string>
#include <vector>

#include "decrypt/age/identity.h"
#include "decrypt/base/limits.h"
#include "decrypt/keys/key_service.h"
#include "decrypt/keys/key_sources.h"
#include "decrypt/keys/key_tools.h"
#include "decrypt/keys/key_watch.h"

namespace acd::keys {

/// Opens data keys with the age identities, SSH keys among them, that are mounted now; see
/// KeyWatch. Dear sources come last: SSH key files that the user names or has at home, then key
/// commands, each asked only when nothing before it opens the document.
///
/// Errors of Unwrap: kUnsupported (the key is not of age); kNoMatchingKey "failed to load age
/// identities. ..." (no key anywhere) or "... no identity matched any of the recipients" (or
/// "identity did not match ..."), both followed by what was wrong with the sources and where no
/// keys were found, in sops's words; kAuthFailed, kInvalidInput, kLimitExceeded (the stored key).
/// Threads: safe to call concurrently; decryption itself holds no lock.
class AgeKeyService : public KeyService {
 public:
  /// `tools`: for plugins, commands and passphrases; null: there are none.
  AgeKeyService(KeySources sources, const Limits& limits, Warn warn = {},
                Clock clock = SystemSeconds, std::shared_ptr<const KeyTools> tools = nullptr);

  Result<SecretBytes> Unwrap(const WrappedKey& key, const Requester& requester) override;
  /// Of what is in files and variables; a command is not run for this.
  std::vector<std::string> PublicNames(const Requester& requester) override;

  KeyState State() override;

 private:
  /// What is known of the sources when a key does not open.
  struct Tried;

  Result<SecretBytes> UnwrapWithAll(const WrappedKey& key, const Requester& requester,
                                    std::shared_ptr<const KeySnapshot> mounted,
                                    std::optional<Result<SecretBytes>> first);
  void RunCommands(const std::string& recipient, const Requester& requester, Tried& tried) const;

  const Limits limits_;
  const std::shared_ptr<const KeyTools> tools_;  // shared with the identities of plugins
  const std::vector<KeySources::Command> commands_;
  KeyWatch mounted_;  ///< everything that an age key file or variable holds, and the folders
  KeyWatch ssh_;      ///< single SSH private keys
};

/// A service with the identities of one file only, for a document that names its key file (the
/// `secrets+age-import://` of helm-secrets). Whether that file may be used is the caller's to
/// check. Errors: kNotFound, kIo, kInvalidInput (no regular file, or no identity in it),
/// kLimitExceeded.
Result<std::unique_ptr<KeyService>> KeyFileService(const std::string& path, const Limits& limits,
                                                   Warn warn = {});

}  // namespace acd::keys
