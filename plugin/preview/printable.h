#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace acd::preview {

/// How many bytes at `at` a terminal may obey: a control character, or one in UTF-8 that breaks or
/// turns the line around (U+0080 to 9F, U+200B to 200F, U+2028 to 202E, U+2060 to 206F, U+FEFF).
inline std::size_t ControlLength(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t ahead) {
    return at + ahead < text.size() ? static_cast<unsigned char>(text[at + ahead]) : 0U;
  };
  if (byte(0) < 0x20 || byte(0) == 0x7F) return 1;
  if (byte(0) == 0xC2 && byte(1) >= 0x80 && byte(1) < 0xA0) return 2;
  const unsigned last = byte(2);
  const bool is_general = byte(0) == 0xE2 && byte(1) == 0x80 &&
                          ((last >= 0x8B && last <= 0x8F) || (last >= 0xA8 && last <= 0xAE));
  const bool is_invisible = byte(0) == 0xE2 && byte(1) == 0x81 && last >= 0xA0 && last <= 0xAF;
  const bool is_mark = byte(0) == 0xEF && byte(1) == 0xBB && last == 0xBF;
  return is_general || is_invisible || is_mark ? 3 : 0;
}

/// One line that a terminal obeys nothing of: control characters, line breaks too, become `?`.
inline std::string Printable(std::string_view text) {
  std::string out(text);
  for (std::size_t i = 0; i < out.size(); ++i) {
    const std::size_t length = ControlLength(text, i);
    if (length == 0) continue;
    out.replace(i, length, length, '?');
    i += length - 1;
  }
  return out;
}

}  // namespace acd::preview
