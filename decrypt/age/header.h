#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "decrypt/age/file_key.h"
#include "decrypt/age/stanza.h"
#include "decrypt/base/limits.h"
#include "decrypt/base/result.h"
#include "decrypt/base/secret_bytes.h"

namespace acd::age {

/// The line that every age file begins with.
inline constexpr std::string_view kIntro = "age-encryption.org/v1\n";

/// What stands before the payload. The views borrow from the parsed input.
struct Header {
  std::vector<Stanza> stanzas;
  SecretBytes mac;                          ///< 32 bytes
  std::span<const std::uint8_t> mac_input;  ///< from the intro through the three dashes
  std::span<const std::uint8_t> after;      ///< nonce and payload
};

/// Reads the header of a binary age file; `input` is borrowed as long as the result lives.
/// Errors: kInvalidInput "header: ..."; kLimitExceeded (more stanzas than `max_recipients`).
/// Spec: C2SP age, "Header".
Result<Header> ParseHeader(std::span<const std::uint8_t> input, const Limits& limits);

/// Whether the MAC of the header belongs to this file key. Compares in constant time.
bool VerifyHeader(const Header& header, const FileKey& file_key);

}  // namespace acd::age
