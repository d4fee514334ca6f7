#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "decrypt/age/identity.h"
#include "decrypt/age/locked_key.h"
#include "decrypt/age/ml_kem.h"
#include "decrypt/base/result.h"

namespace acd::age {

/// The hybrid post-quantum age key, `AGE-SECRET-KEY-PQ-1...`: ML-KEM-768 and X25519, of which
/// either is enough to keep the file secret. Its public name is `age1pq1...`, 1959 characters.
/// Spec: C2SP age, "The hybrid recipient type"; draft-ietf-hpke-pq, MLKEM768-X25519.
class HybridIdentity : public Identity {
 public:
  /// Errors: kInvalidInput "malformed secret key: ...", never a character of the key; kUnsupported
  /// (OpenSSL is older than 3.5).
  static Result<std::shared_ptr<const HybridIdentity>> Parse(std::string_view text);

  std::optional<Result<FileKey>> Unwrap(std::span<const Stanza> stanzas,
                                        const Check& check) const override;
  const std::string& PublicName() const override { return public_name_; }
  std::string_view StanzaType() const override { return kType; }

  static constexpr std::string_view kType = "mlkem768x25519";

 private:
  HybridIdentity(MlKem768 kem, std::span<const std::uint8_t> scalar);

  std::optional<Result<FileKey>> UnwrapOne(const Stanza& stanza) const;

  MlKem768 kem_;
  LockedKey secret_;  ///< of X25519
  std::array<std::uint8_t, 32> public_key_;
  std::string public_name_;
};

}  // namespace acd::age
