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

/// The native age key, `AGE-SECRET-KEY-1...`. Spec: C2SP age, "The X25519 recipient type".
class X25519Identity : public Identity {
 public:
  /// Errors: kInvalidInput "malformed secret key: ...", never a character of the key.
  static Result<std::shared_ptr<const X25519Identity>> Parse(std::string_view text);

  std::optional<Result<FileKey>> Unwrap(std::span<const Stanza> stanzas,
                                        const Check& check) const override;
  const std::string& PublicName() const override { return public_name_; }
  std::string_view StanzaType() const override { return kType; }

  static constexpr std::string_view kType = "X25519";

 private:
  explicit X25519Identity(std::span<const std::uint8_t> secret);

  std::optional<Result<FileKey>> UnwrapOne(const Stanza& stanza) const;

  LockedKey secret_;
  std::array<std::uint8_t, 32> public_key_;  ///< derived once: half the work of an unwrap
  std::string public_name_;
};

}  // namespace acd::age
