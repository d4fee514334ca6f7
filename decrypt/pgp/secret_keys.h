#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "decrypt/base/secret_bytes.h"

namespace acd::pgp {

/// A file of secret keys, as far as it must be known before gpg sees it: whose they are and whether
/// they can be used at all. The keys themselves are gpg's business.
struct SecretKeys {
  SecretBytes packets;  ///< binary, of all keys that are well-formed; what gpg imports
  /// Fingerprints of the primary keys that have at least one part without a passphrase: capital
  /// hexadecimal, as sops stores them.
  std::vector<std::string> fingerprints;
  /// What is wrong with the others, each with its line; never a part of the content.
  std::vector<std::string> warnings;
};

/// Reads armored or binary secret keys, several and in several blocks. Never fails: what is no
/// usable key becomes a warning and never hides the others.
/// Threads: safe to call concurrently. Spec: RFC 4880, sections 4, 5.5 and 12.2.
SecretKeys ReadSecretKeys(std::string_view text);

}  // namespace acd::pgp
