#pragma once

#include <cstdint>
#include <cstring>

// Eight characters at a time, for the text that nearly all of a document is.
namespace acd::yaml {

inline constexpr std::uint64_t kEachByte = 0x0101010101010101;
inline constexpr std::uint64_t kHighBits = kEachByte << 7U;

inline std::uint64_t LoadBytes8(const void* from) {
  std::uint64_t bytes;
  std::memcpy(&bytes, from, sizeof(bytes));
  return bytes;
}

/// Whether all are U+0020 to U+007E. A borrow or carry between bytes only makes that false, and
/// then one of them is not.
inline bool AllPrintableAscii(std::uint64_t bytes) {
  return (((bytes - kEachByte * 0x20) | bytes | (bytes + kEachByte)) & kHighBits) == 0;
}

/// Whether one of them is `c`.
inline bool AnyIs(std::uint64_t bytes, char c) {
  const std::uint64_t differs = bytes ^ (kEachByte * static_cast<std::uint8_t>(c));
  return ((differs - kEachByte) & ~differs & kHighBits) != 0;
}

inline bool AllAscii(std::uint64_t bytes) { return (bytes & kHighBits) == 0; }

}  // namespace acd::yaml
