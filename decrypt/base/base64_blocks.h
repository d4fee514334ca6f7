#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace acd {

/// Decodes whole blocks of base64's standard alphabet from the beginning of `text`, up to one with
/// anything else in it, and moves `to` behind what it wrote. Returns how many characters it took, a
/// multiple of four; fewer than sixteen are always left alone. No branch and no place in memory
/// depends on a character, so that timing tells nothing about key material.
/// `to` has Base64Room(text.size()) bytes, all of which may be written.
std::size_t DecodeBase64Blocks(std::string_view text, std::uint8_t*& to);

/// The same on any processor: what it does where there is no AVX2.
std::size_t DecodeBase64BlocksAnywhere(std::string_view text, std::uint8_t*& to);

/// 0..63, or kNotBase64. Without a branch or a table, like the blocks.
std::uint8_t DecodeBase64Char(std::uint8_t c);
inline constexpr std::uint8_t kNotBase64 = 0xFF;

}  // namespace acd
