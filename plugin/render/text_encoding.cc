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
  return out;
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

}  // namespace acd::render
