#pragma once

#include <functional>
#include <string_view>

#include "decrypt/base/result.h"
#include "decrypt/keys/key_service.h"

namespace acd::keys {

/// Why a key that only a service elsewhere can open (a cloud's key service, Vault) is not opened.
/// A Vault that SOPS_HC_VAULT_ALLOWLIST does not name is refused in sops's words, so that the
/// answer is the same whether or not a build can ask. `getenv` returns null for what is not set.
/// Always an error: kUnsupported, or kInvalidInput (the list).
Failure RemoteKeyFailure(const WrappedKey& key,
                         const std::function<const char*(const char*)>& getenv);

/// The rule of SOPS_HC_VAULT_ALLOWLIST: `all` or nothing, `none`, or a comma list of URL prefixes.
/// Errors: kUnsupported "Allowlist does not allow ADDRESS"; kInvalidInput (an empty entry).
/// Spec: sops hcvault/keysource.go.
Status CheckVaultAllowed(std::string_view address, std::string_view list);

}  // namespace acd::keys
