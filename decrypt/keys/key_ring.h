#pragma once

#include <memory>
#include <string>
#include <vector>

#include "decrypt/base/limits.h"
#include "decrypt/keys/age_key_service.h"
#include "decrypt/keys/key_service.h"
#include "decrypt/keys/key_sources.h"
#include "decrypt/keys/key_tools.h"
#include "decrypt/keys/pgp_key_service.h"
#include "decrypt/keys/vault_allowlist.h"

namespace acd::keys {

/// All private keys of a program behind one interface: age, SSH and PGP. Keys that cloud services
/// hold are refused by name.
///
/// Errors of Unwrap: those of AgeKeyService and PgpKeyService; kUnsupported for the other types, or
/// kInvalidInput for a Vault server that is not allowed. Threads: safe to call concurrently.
class KeyRing : public KeyService {
 public:
  /// `vaults` may be an error: then it is that of each Vault key.
  KeyRing(KeySources sources, std::shared_ptr<const KeyTools> tools, Result<VaultAllowlist> vaults,
          const Limits& limits, const Warn& warn = {}, const Clock& clock = SystemSeconds);

  Result<SecretBytes> Unwrap(const WrappedKey& key, const Requester& requester) override;
  std::vector<std::string> PublicNames(const Requester& requester) override;
  KeyState State() override;

 private:
  const Result<VaultAllowlist> vaults_;  ///< or what is wrong with the setting
  PgpKeyService pgp_;
  AgeKeyService age_;
};

}  // namespace acd::keys
