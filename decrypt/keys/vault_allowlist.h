#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "decrypt/base/result.h"

namespace acd::keys {

/// The Vault servers that a document may name: SOPS_HC_VAULT_ALLOWLIST, in which `all`, `none` or a
/// comma list of URL prefixes stand. Spec: sops hcvault/keysource.go.
class VaultAllowlist {
 public:
  /// `text` empty: `fallback`. Errors: kInvalidInput, an empty entry.
  static Result<VaultAllowlist> Parse(std::string_view text, std::string_view fallback);
  bool Allows(std::string_view address) const;

 private:
  bool all_ = false;
  std::vector<std::string> prefixes_;
};

/// The server's address of a Vault key's name, ADDRESS/v1/ENGINE/keys/NAME.
std::string_view VaultAddressOf(std::string_view name);

}  // namespace acd::keys
