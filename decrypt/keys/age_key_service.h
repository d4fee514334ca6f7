#pragma once

#include <functional>
#include <memory>
#include <shared_mutex>
#include <string>
#include <vector>

#include "decrypt/age/identity.h"
#include "decrypt/base/limits.h"
#include "decrypt/keys/key_file.h"
#include "decrypt/keys/key_folder.h"
#include "decrypt/keys/key_service.h"
#include "decrypt/keys/key_sources.h"

namespace acd::keys {

/// Told once whenever a source begins to have a problem: names file and line, never their content.
/// Called without a lock held, from whatever thread asked for a key.
using Warn = std::function<void(const std::string&)>;

/// Opens data keys with the age identities that are mounted now: every call looks at all sources
/// again, so that a rotated key counts for the next document and a removed one is revoked. What
/// cannot have changed costs a `stat`. A source with an error never hides the others.
///
/// Errors of Unwrap: kUnsupported (the key is not of age); kNoMatchingKey "failed to load age
/// identities. ..." (no key anywhere) or "... no identity matched any of the recipients" (or
/// "identity did not match ..."), both followed by what was wrong with the sources and where no
/// keys were found, in sops's words; kAuthFailed, kInvalidInput, kLimitExceeded (the stored key).
/// Threads: safe to call concurrently; decryption itself holds no lock.
class AgeKeyService : public KeyService {
 public:
  AgeKeyService(KeySources sources, const Limits& limits, Warn warn = {},
                Clock clock = SystemSeconds);

  Result<SecretBytes> Unwrap(const WrappedKey& key, const Requester& requester) override;
  std::vector<std::string> PublicNames(const Requester& requester) override;

 private:
  /// The keys at one moment. Shared with the calls that still use it while the next is made.
  struct Snapshot {
    age::Identities identities;
    std::vector<std::string> problems;
    std::vector<std::string> empty_locations;
  };
  struct Text {
    std::string name;
    age::Identities identities;
    std::vector<std::string> problems;
  };

  std::shared_ptr<const Snapshot> Current();
  bool IsUnchanged() const;
  bool RefreshSources();
  std::shared_ptr<const Snapshot> Merge() const;

  const Limits limits_;
  const Warn warn_;
  const Clock clock_;
  std::vector<Text> texts_;
  std::vector<std::string> not_set_;
  std::vector<std::string> unsupported_;

  /// Guards what follows. Shared to see that nothing changed, which is nearly always so: a render
  /// with many files asks from several threads at once.
  std::shared_mutex mutex_;
  std::vector<KeyFile> files_;
  std::vector<KeyFolder> folders_;
  std::shared_ptr<const Snapshot> snapshot_;
};

/// A service with the identities of one file only, for a document that names its key file (the
/// `secrets+age-import://` of helm-secrets). Whether that file may be used is the caller's to
/// check. Errors: kNotFound, kIo, kInvalidInput (no regular file, or no identity in it),
/// kLimitExceeded.
Result<std::unique_ptr<KeyService>> KeyFileService(const std::string& path, const Limits& limits,
                                                   Warn warn = {});

}  // namespace acd::keys
