#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "decrypt/base/result.h"
#include "decrypt/base/secret_bytes.h"

namespace acd {

/// Go's base64.StdEncoding: padded, CR and LF skipped, non-zero trailing bits tolerated.
/// Error: kInvalidInput "illegal base64 data at input byte N", Go's own text.
Result<SecretBytes> DecodeBase64Go(std::string_view text);

/// The same into `to`, which has Base64Room(text.size()) bytes, apart from `text`. Returns how many
/// bytes it gave.
Result<std::size_t> DecodeBase64GoTo(std::string_view text, std::uint8_t* to);
constexpr std::size_t Base64Room(std::size_t characters) { return characters / 4 * 3 + 4; }

/// Strict base64 of the age format: standard alphabet, no padding, unused bits zero, no white
/// space.
Result<SecretBytes> DecodeBase64Unpadded(std::string_view text);

/// Strict and padded (age armor, Kubernetes Secret data): unused bits zero, no white space.
Result<SecretBytes> DecodeBase64Strict(std::string_view text);

/// Padded standard base64. The result is as secret as the input.
SecretBytes EncodeBase64(std::span<const std::uint8_t> bytes);

/// Without padding, for public values (recipients, stanza arguments).
std::string EncodeBase64Unpadded(std::span<const std::uint8_t> bytes);

/// Appends a code point up to 0x10FFFF; surrogates are the caller's business.
void AppendUtf8(std::uint32_t code_point, SecretBytes& out);

/// Whether the bytes are well-formed UTF-8 (no surrogates, no overlong forms).
bool IsUtf8(std::string_view text);

}  // namespace acd
