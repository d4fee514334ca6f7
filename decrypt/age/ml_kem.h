#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "decrypt/age/openssl_key.h"
#include "decrypt/base/result.h"
#include "decrypt/base/secret_bytes.h"

namespace acd::age {

/// Whether the libcrypto at hand has ML-KEM-768: 3.5 and newer. Asked at run time, so that one
/// build does what the library it meets can do. Asked once. Threads: safe to call concurrently.
bool HasMlKem();

/// The error for an OpenSSL without it, with the version at hand.
Failure NoMlKem();

/// A decapsulation key of ML-KEM-768, in OpenSSL's memory. Spec: FIPS 203.
class MlKem768 {
 public:
  static constexpr std::size_t kSeedSize = 64;  ///< d and z
  static constexpr std::size_t kPublicKeySize = 1184;
  static constexpr std::size_t kCiphertextSize = 1088;
  static constexpr std::size_t kSharedSecretSize = 32;

  /// Errors: kUnsupported (NoMlKem), kInternal.
  static Result<MlKem768> FromSeed(std::span<const std::uint8_t> seed);

  const std::vector<std::uint8_t>& public_key() const { return public_key_; }
  /// `ciphertext`: kCiphertextSize bytes. For a wrong one this is a secret that nobody else knows
  /// ("implicit rejection"), so only what is encrypted under it can tell. nullopt: OpenSSL failed.
  std::optional<SecretBytes> Decapsulate(std::span<const std::uint8_t> ciphertext) const;

 private:
  MlKem768(OpenSslKey key, std::vector<std::uint8_t> public_key);

  OpenSslKey key_;
  std::vector<std::uint8_t> public_key_;
};

}  // namespace acd::age
