#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "decrypt/base/result.h"
#include "decrypt/base/secret_bytes.h"

namespace acd::age {

struct Bech32 {
  std::string prefix;  ///< human-readable part, in the case it was written in
  SecretBytes data;
};

/// Reads Bech32 without a length limit, all lower or all upper case.
/// Errors: kInvalidInput with position and reason, never a character of the data.
/// Spec: BIP 173, as C2SP age uses it.
Result<Bech32> DecodeBech32(std::string_view text);

/// Writes a public value. `prefix` is lower case.
std::string EncodeBech32(std::string_view prefix, std::span<const std::uint8_t> data);

}  // namespace acd::age
