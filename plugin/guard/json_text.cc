#include "plugin/guard/json_text.h"

#include <cstdint>
#include <optional>

namespace acd::guard {
namespace {

constexpr std::uint32_t kReplacement = 0xFFFD;

// The four hexadecimal digits of the `\uXXXX` at `at`.
std::optional<std::uint32_t> Escaped(std::string_view json, std::size_t at) {
  if (json.size() < at + 6 || json[at] != '\\' || json[at + 1] != 'u') return std::nullopt;
  std::uint32_t value = 0;
  for (const char c : json.substr(at + 2, 4)) {
    const char lower = static_cast<char>(c | 0x20);
    if (c >= '0' && c <= '9') {
      value = value * 16 + static_cast<std::uint32_t>(c - '0');
    } else if (lower >= 'a' && lower <= 'f') {
      value = value * 16 + static_cast<std::uint32_t>(lower - 'a' + 10);
    } else {
      return std::nullopt;
    }
  }
  return value;
}

bool IsHigh(std::uint32_t c) { return c >= 0xD800 && c < 0xDC00; }
bool IsLow(std::uint32_t c) { return c >= 0xDC00 && c < 0xE000; }

void AppendUtf8(std::uint32_t c, std::string& out) {
  if (c < 0x10000) {
    out += static_cast<char>(0xE0U | (c >> 12U));
  } else {
    out += static_cast<char>(0xF0U | (c >> 18U));
    out += static_cast<char>(0x80U | ((c >> 12U) & 0x3FU));
  }
  out += static_cast<char>(0x80U | ((c >> 6U) & 0x3FU));
  out += static_cast<char>(0x80U | (c & 0x3FU));
}

// The characters that YAML does not take as they are, or takes for a line's end: how they are
// escaped, and how many bytes they are. Empty for all others.
std::string_view Unprintable(std::string_view rest, char (&escape)[7], std::size_t& size) {
  const auto byte = [&rest](std::size_t i) { return static_cast<std::uint8_t>(rest[i]); };
  std::uint32_t c = 0;
  if (byte(0) == 0x7F) {
    c = 0x7F;
    size = 1;
  } else if (rest.size() >= 2 && byte(0) == 0xC2 && byte(1) < 0xA0) {
    c = byte(1);
    size = 2;
  } else if (rest.size() >= 3 && byte(0) == 0xE2 && byte(1) == 0x80 &&
             (byte(2) == 0xA8 || byte(2) == 0xA9)) {
    c = 0x2000U | (byte(2) & 0x3FU);
    size = 3;
  } else if (rest.size() >= 3 && byte(0) == 0xEF &&
             ((byte(1) == 0xBB && byte(2) == 0xBF) || (byte(1) == 0xBF && byte(2) >= 0xBE))) {
    c = 0xF000U | (static_cast<std::uint32_t>(byte(1) & 0x3FU) << 6U) | (byte(2) & 0x3FU);
    size = 3;
  } else {
    return {};
  }
  static constexpr std::string_view kDigits = "0123456789abcdef";
  escape[0] = '\\';
  escape[1] = 'u';
  for (unsigned i = 0; i < 4; ++i) escape[2 + i] = kDigits[(c >> (12 - 4 * i)) & 0xFU];
  escape[6] = '\0';
  return {escape, 6};
}

}  // namespace

std::string JsonForYaml(std::string_view json) {
  std::string out;
  out.reserve(json.size());
  char escape[7];
  for (std::size_t i = 0; i < json.size();) {
    if (json[i] == '\\') {
      const std::optional<std::uint32_t> c = Escaped(json, i);
      if (!c || !(IsHigh(*c) || IsLow(*c))) {
        out += json.substr(i, 2);
        i += 2;
        continue;
      }
      const std::optional<std::uint32_t> low = IsHigh(*c) ? Escaped(json, i + 6) : std::nullopt;
      const bool pair = low && IsLow(*low);
      AppendUtf8(pair ? 0x10000 + ((*c - 0xD800) << 10U) + (*low - 0xDC00) : kReplacement, out);
      i += pair ? 12 : 6;
      continue;
    }
    std::size_t size = 0;
    if (const std::string_view escaped = Unprintable(json.substr(i), escape, size);
        !escaped.empty()) {
      out += escaped;
      i += size;
      continue;
    }
    out += json[i++];
  }
  return out;
}

}  // namespace acd::guard
