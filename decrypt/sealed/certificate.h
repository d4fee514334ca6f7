#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "decrypt/base/result.h"

// OpenSSL's EVP_PKEY; its header is for .cc files.
struct evp_pkey_st;

namespace acd::sealed {

/// The public half of a Sealed Secrets controller's key: what values are sealed for.
///
/// Only its RSA key and its end count, as for kubeseal: names, the signature and who made it say
/// nothing, so whoever seals must have the certificate from a place that he trusts. Move-only.
/// Threads: safe to use concurrently.
class Certificate {
 public:
  /// The first certificate of a PEM text; anything else in it is passed over.
  /// Errors: kInvalidInput (none in it, malformed, not RSA, too short a key, expired at `now`).
  static Result<Certificate> Parse(std::string_view pem, std::chrono::system_clock::time_point now);

  /// Seals one value for what `label` stands for (see Label): base64 of a 2-byte length, a session
  /// key under RSA-OAEP with SHA-256 and the label, and the value under AES-256-GCM with that key.
  /// Each call makes a session key of its own, so a value never seals to the same text twice.
  /// Returns what the controller expects in `spec.encryptedData`; it is no secret.
  /// Error: kInternal (no randomness). Spec: sealed-secrets pkg/crypto, HybridEncrypt.
  Result<std::string> Seal(std::span<const std::uint8_t> value, std::string_view label) const;

 private:
  struct KeyDeleter {
    void operator()(evp_pkey_st* key) const;
  };
  using Key = std::unique_ptr<evp_pkey_st, KeyDeleter>;
  explicit Certificate(Key key) : key_(std::move(key)) {}

  Key key_;
};

}  // namespace acd::sealed
