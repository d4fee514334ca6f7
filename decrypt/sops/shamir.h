#pragma once

#include <vector>

#include "decrypt/base/result.h"
#include "decrypt/base/secret_bytes.h"

namespace acd::sops {

/// Combines the shares of a secret: Lagrange interpolation at zero in GF(2^8) modulo
/// x^8+x^4+x^3+x+1, one polynomial per byte. A share is the secret's length plus one byte; the last
/// byte is its x. All shares are used, however many were needed.
/// Errors (kInvalidInput, sops's words): fewer than two shares, unequal lengths, two with the same
/// x; and a share with x = 0, which sops accepts although it alone is the whole secret.
Result<SecretBytes> CombineShares(const std::vector<SecretBytes>& shares);

}  // namespace acd::sops
