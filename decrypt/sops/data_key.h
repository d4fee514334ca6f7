#pragma once

#include <string>
#include <vector>

#include "decrypt/base/result.h"
#include "decrypt/base/secret_bytes.h"
#include "decrypt/keys/key_service.h"
#include "decrypt/sops/metadata.h"

namespace acd::sops {

/// Recovers a document's data key: the first wrapped key of a group that opens gives its part; one
/// group's part is the key, several groups' parts are shares of it (all groups are then tried, and
/// all recovered shares are used).
/// `order`: key types ("age", "pgp", ...) to try first; the rest follow in sops's load order.
/// Errors: "Failed to get the data key required to decrypt the SOPS file..." with a report per key,
/// the file's recipients and the public keys tried; its code is kNoRoom if a key could not be tried
/// for want of that, else kNoMatchingKey unless no key failed in that way. kDeadline and kCancelled
/// end the search at once. Spec: sops.go GetDataKeyWithKeyServices, usererrors.go.
Result<SecretBytes> RecoverDataKey(const Metadata& metadata, const std::vector<std::string>& order,
                                   keys::KeyService& service, const keys::Requester& requester);

}  // namespace acd::sops
