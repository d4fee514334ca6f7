#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "decrypt/base/limits.h"
#include "decrypt/keys/gpg_home.h"
#include "decrypt/keys/key_service.h"
#include "decrypt/keys/key_tools.h"
#include "decrypt/keys/key_watch.h"

namespace acd::keys {

/// Opens data keys with the real gpg: with a private keyring of the keys that are mounted now, and,
/// if `tools` say so, with the user's own. gpg is not started for documents without PGP recipients.
///
/// Errors of Unwrap: kUnsupported (not PGP); kNoMatchingKey (no key is mounted, or none fits);
/// kNotFound (no gpg); kToolFailed, kDeadline, kIo. All begin with sops's words.
/// Threads: safe to call concurrently; blocks while gpg runs.
class PgpKeyService : public KeyService {
 public:
  /// `folder`: of the mounted keys; empty: none.
  PgpKeyService(const std::string& folder, const Limits& limits,
                std::shared_ptr<const KeyTools> tools, Warn warn = {},
                const Clock& clock = SystemSeconds);

  Result<SecretBytes> Unwrap(const WrappedKey& key, const Requester& requester) override;
  /// Fingerprints of the mounted keys. The user's own keyring is gpg's business.
  std::vector<std::string> PublicNames(const Requester& requester) override;
  KeyState State() override;

 private:
  Result<std::shared_ptr<GpgHome>> HomeOf(const KeySnapshot& now);
  /// The keyring of these keys, if it is at hand.
  std::shared_ptr<GpgHome> Held(const KeySnapshot& now);
  void Hold(std::shared_ptr<GpgHome> home);
  void DropStaleHome(const KeySnapshot& now);
  void WarnOf(const std::vector<std::string>& problems);
  void AddGpgState(const KeySnapshot& now, KeyState& state);
  Result<SecretBytes> AskMounted(const WrappedKey& key, const KeySnapshot& now,
                                 const Requester& requester);
  Result<SecretBytes> AskUser(const WrappedKey& key, const Requester& requester) const;

  const std::string folder_;
  const std::shared_ptr<const KeyTools> tools_;  // shared with the keyring's agent
  const Warn warn_;
  KeyWatch mounted_;
  /// Held while a keyring is made, which takes long: one at a time. Taken before mutex_.
  std::mutex making_;
  std::vector<std::string> warned_;  ///< of the last keyring; guarded by making_
  std::mutex mutex_;                 ///< held for a moment only: a health check takes it, too
  std::shared_ptr<GpgHome> home_;    ///< guarded by mutex_; shared with the calls that still use it
};

}  // namespace acd::keys
