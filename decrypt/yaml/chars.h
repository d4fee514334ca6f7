#pragma once

#include <cstddef>
#include <cstdint>

#include "decrypt/base/bytes16.h"

// Character classes of the YAML 1.1 scanner, on UTF-8 that ends in a NUL byte.
namespace acd::yaml {

inline bool IsBlank(const char* p) { return *p == ' ' || *p == '\t'; }

/// CR, LF, NEL, LS, PS.
inline bool IsBreak(const char* p) {
  if (*p == '\n' || *p == '\r') return true;
  if (*p == '\xC2') return p[1] == '\x85';
  return *p == '\xE2' && p[1] == '\x80' && (p[2] == '\xA8' || p[2] == '\xA9');
}

inline bool IsBreakOrEnd(const char* p) { return *p == '\0' || IsBreak(p); }
inline bool IsBlankOrEnd(const char* p) { return IsBlank(p) || IsBreakOrEnd(p); }

inline bool IsDigit(char c) { return c >= '0' && c <= '9'; }

/// What anchors, tag handles and directive names consist of.
inline bool IsWordChar(char c) {
  return IsDigit(c) || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_' || c == '-';
}

/// Of a character of several bytes, any but the first.
inline bool IsContinuation(char c) { return (static_cast<std::uint8_t>(c) & 0xC0U) == 0x80; }

/// Which of sixteen characters may start a line break, or be the end.
inline constexpr auto MayEndLine = [](Bytes16 bytes) {
  return Is(bytes, '\n') | Is(bytes, '\r') | Is(bytes, '\0') | Is(bytes, '\xC2') |
         Is(bytes, '\xE2');
};

/// The value of a hexadecimal digit, or -1.
inline int HexValue(char c) {
  if (IsDigit(c)) return c - '0';
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

/// Bytes of the well-formed UTF-8 character that starts with `lead`.
inline std::int32_t WidthOf(char lead) {
  const auto byte = static_cast<std::uint8_t>(lead);
  if (byte < 0x80) return 1;
  if (byte < 0xE0) return 2;
  return byte < 0xF0 ? 3 : 4;
}

}  // namespace acd::yaml
