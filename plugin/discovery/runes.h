#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace acd::discovery {

// Text as Go's strings have it: UTF-8, and each byte that is none is U+FFFD of its own.

struct Rune {
  char32_t value = 0;
  std::size_t size = 0;  ///< in bytes
  bool IsInvalid() const { return value == 0xFFFD && size == 1; }
};

/// utf8.DecodeRuneInString. `text` is not empty.
Rune DecodeRune(std::string_view text);
/// A conversion to []rune.
std::u32string Runes(std::string_view text);
/// strings.Builder's WriteRune, of what Runes gives.
void AppendRune(char32_t rune, std::string& out);
/// The text with U+FFFD for each invalid byte.
std::string ValidUtf8(std::string_view text);

}  // namespace acd::discovery
