#pragma once

#include <string>
#include <string_view>

namespace acd::preview {

/// One line that a terminal obeys nothing of: control characters, line breaks too, become `?`.
inline std::string Printable(std::string_view text) {
  std::string out(text);
  for (std::size_t i = 0; i < out.size(); ++i) {
    const auto byte = static_cast<unsigned char>(out[i]);
    const bool c1 =
        byte == 0xC2 && i + 1 < out.size() && static_cast<unsigned char>(out[i + 1]) < 0xA0;
    if (byte < 0x20 || byte == 0x7F || c1) out[i] = '?';
    if (c1) out[i + 1] = '?';
  }
  return out;
}

}  // namespace acd::preview
