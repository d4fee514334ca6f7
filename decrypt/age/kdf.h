#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "decrypt/base/secret_bytes.h"

namespace acd::age {

inline constexpr std::size_t kKeySize = 32;

/// HKDF-SHA256 with one block of output: kKeySize bytes. Spec: RFC 5869.
SecretBytes HkdfSha256(std::span<const std::uint8_t> input_key, std::span<const std::uint8_t> salt,
                       std::string_view info);

/// HMAC-SHA256, kKeySize bytes. Spec: RFC 2104.
SecretBytes HmacSha256(std::span<const std::uint8_t> key, std::span<const std::uint8_t> message);

}  // namespace acd::age
