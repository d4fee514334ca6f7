#include "plugin/render/text_encoding.h"

#include <cstdint>
#include <span>
#include <string_view>
#include <utility>

#include "decrypt/base/encoding.h"

namespace acd::render {
namespace {

constexpr std::uint32_t kReplacement = 0xFFFD;

SecretBytes FromUtf16(std::span<const std::uint8_t> bytes, bool big_endian) {
  SecretBytes out;
  out.Reserve(bytes.size());
  const auto unit = [&](std::size_t i) {
    const std::uint32_t first = bytes[i];
    const std::uint32_t second = bytes[i + 1];
    return big_endian ? (first << 8U) | second : (second << 8U) | first;
  };
  for (std::size_t i = 0; i + 1 < bytes.size(); i += 2) {
    std::uint32_t c = unit(i);
    if (c >= 0xD800 && c < 0xE000) {
      const bool pair = c < 0xDC00 && i + 3 < bytes.size();
      const std::uint32_t low = pair ? unit(i + 2) : 0;
      if (pair && low >= 0xDC00 && low < 0xE000) {
        c = 0x10000 + ((c - 0xD800) << 10U) + (low - 0xDC00);
        i += 2;
      } else {
        c = kReplacement;
      }
    }
    AppendUtf8(c, out);
  }
  if (bytes.size() % 2 != 0) AppendUtf8(kReplacement, out);
  return out;
}

// How many bytes the character at the front of `text` has; 0: it is none in UTF-8.
std::size_t CharacterSize(std::string_view text) {
  const auto first = static_cast<std::uint8_t>(text.front());
  if (first < 0x80) return 1;
  const std::size_t size = first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
  return text.size() >= size && IsUtf8(text.substr(0, size)) ? size : 0;
}

}  // namespace

SecretBytes ToUtf8(SecretBytes content) {
  const std::span<const std::uint8_t> bytes = content.Expose();
  if (bytes.size() >= 3 && bytes[0] == 0xEF && bytes[1] == 0xBB && bytes[2] == 0xBF) {
    return SecretBytes::CopyOf(bytes.subspan(3));
  }
  if (bytes.size() >= 2 && bytes[0] == 0xFF && bytes[1] == 0xFE) {
    return FromUtf16(bytes.subspan(2), /*big_endian=*/false);
  }
  if (bytes.size() >= 2 && bytes[0] == 0xFE && bytes[1] == 0xFF) {
    return FromUtf16(bytes.subspan(2), /*big_endian=*/true);
  }
  return content;
}

SecretBytes ReplaceBrokenUtf8(SecretBytes content) {
  std::string_view rest = content.ExposeText();
  if (IsUtf8(rest)) return content;
  SecretBytes out;
  out.Reserve(rest.size());
  while (!rest.empty()) {
    const std::size_t size = CharacterSize(rest);
    if (size == 0) {
      AppendUtf8(kReplacement, out);
      rest.remove_prefix(1);
      continue;
    }
    out.Append(AsBytes(rest.substr(0, size)));
    rest.remove_prefix(size);
  }
  return out;
}

}  // namespace acd::render
