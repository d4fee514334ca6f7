#pragma once

#include <cstdint>
#include <optional>
#include <span>

namespace acd::pgp {

/// One OpenPGP packet; views into the input.
struct Packet {
  std::uint8_t tag = 0;
  std::span<const std::uint8_t> body;
  std::span<const std::uint8_t> whole;  ///< with its header
};

inline constexpr std::uint8_t kSecretKeyTag = 5;
inline constexpr std::uint8_t kPublicKeyTag = 6;
inline constexpr std::uint8_t kSecretSubkeyTag = 7;

/// Takes the next packet off `rest`. nullopt: malformed, or of a length that a key never has
/// (partial, indeterminate). Spec: RFC 4880, section 4.2.
std::optional<Packet> NextPacket(std::span<const std::uint8_t>& rest);

/// How the secret part of a key packet is kept.
enum class Protection {
  kNone,
  kPassphrase,
  kElsewhere,  ///< not in this file: GnuPG's stubs for keys that are offline or on a card
  kUnknown,    ///< a version or an algorithm that is not known here; gpg decides
};
struct KeyPacket {
  Protection protection = Protection::kUnknown;
  std::span<const std::uint8_t> public_part;  ///< what the fingerprint is made of; empty if unknown
};

/// Looks into the body of a secret key packet, version 4. nullopt: malformed.
std::optional<KeyPacket> ReadKeyPacket(std::span<const std::uint8_t> body);

}  // namespace acd::pgp
