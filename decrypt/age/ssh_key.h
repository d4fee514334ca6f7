#pragma once

#include <memory>
#include <string_view>

#include "decrypt/age/identity.h"
#include "decrypt/base/result.h"

namespace acd::age {

/// Files of SSH keys are small: more than this is refused, as age does.
inline constexpr std::size_t kMaxSshKeyBytes = 16U << 10U;

/// Reads an SSH private key: `-----BEGIN OPENSSH PRIVATE KEY-----`, or PKCS #1 and PKCS #8 PEM.
/// Text in front of the PEM block and behind it is ignored. RSA of 2048 to 16384 bits, and Ed25519.
/// The identity's public name is the public key without comment, `ssh-ed25519 AAAA...`, which is
/// what sops stores as the recipient.
/// Errors: kUnsupported (protected by a passphrase, with the way to remove it as hint; another kind
/// of key); kInvalidInput "malformed SSH private key: ..."; kLimitExceeded. Never a part of the
/// key. Spec: age's agessh package; OpenSSH PROTOCOL.key.
Result<std::shared_ptr<const Identity>> ParseSshPrivateKey(std::string_view pem);

}  // namespace acd::age
