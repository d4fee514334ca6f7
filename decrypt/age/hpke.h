#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "decrypt/base/secret_bytes.h"

namespace acd::age {

/// What opens the first message of an HPKE context: key and nonce for ChaCha20-Poly1305.
struct HpkeKeys {
  SecretBytes key;    ///< kKeySize bytes
  SecretBytes nonce;  ///< 12 bytes
};

/// The key schedule of HPKE in base mode, with HKDF-SHA256 and ChaCha20-Poly1305.
/// Spec: RFC 9180, section 5.1.
HpkeKeys HpkeSchedule(std::uint16_t kem_id, const SecretBytes& shared_secret,
                      std::string_view info);

}  // namespace acd::age
