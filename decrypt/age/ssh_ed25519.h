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
#include "decrypt/base/result.h"

namespace acd::age {

/// An Ed25519 key of SSH, used for X25519 as age does. Spec: C2SP age, "The ssh-ed25519 recipient
/// type"; age's agessh package.
class SshEd25519Identity : public Identity {
 public:
  static constexpr std::size_t kSeedSize = 32;
  /// `seed`: the private key of RFC 8032, kSeedSize bytes.
  static std::shared_ptr<const SshEd25519Identity> FromSeed(std::span<const std::uint8_t> seed);

  /// Whether this is the public key of RFC 8032 that belongs to the seed.
  bool HasPublicKey(std::span<const std::uint8_t> public_key) const;

  std::optional<Result<FileKey>> Unwrap(std::span<const Stanza> stanzas,
                                        const Check& check) const override;
  const std::string& PublicName() const override { return public_name_; }
  bool IsNative() const override { return false; }
  std::string_view StanzaType() const override { return kType; }

  static constexpr std::string_view kType = "ssh-ed25519";

 private:
  SshEd25519Identity(std::span<const std::uint8_t> scalar, std::string wire);

  std::optional<Result<FileKey>> UnwrapOne(const Stanza& stanza) const;

  LockedKey secret_;                         ///< the scalar of X25519
  std::array<std::uint8_t, 32> public_key_;  ///< its point
  std::string wire_;                         ///< the public key in SSH's encoding
  std::string tag_;                          ///< what a stanza for this key begins with
  SecretBytes tweak_;  ///< binds the exchange to the SSH key, for which the point is not enough
  std::string public_name_;
};

}  // namespace acd::age
