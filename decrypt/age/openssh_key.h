#pragma once

#include <memory>
#include <span>

#include "decrypt/age/identity.h"
#include "decrypt/base/result.h"
#include "decrypt/base/secret_bytes.h"

namespace acd::age {

/// Reads what stands in a block `OPENSSH PRIVATE KEY`.
/// Errors: as ParseSshPrivateKey, without its words in front. Spec: OpenSSH PROTOCOL.key.
Result<std::shared_ptr<const Identity>> ParseOpenSshKey(const SecretBytes& data);

/// The error for a key that is protected by a passphrase.
Failure ProtectedSshKey();
/// The error for a key of a type that age has no recipients for.
Failure UnsupportedSshKey(const std::string& type);

}  // namespace acd::age
