#pragma once

#include <cstdint>
#include <cstring>

// Sixteen characters at a time, in the processor's vectors, for the text that nearly all of a
// document is. Comparisons of a Bytes16 give 0xFF or 0 for each character; join those of several
// with `|` before Any looks.
namespace acd {

using Bytes16 = std::uint8_t __attribute__((vector_size(16)));

inline Bytes16 LoadBytes16(const void* from) {
  Bytes16 bytes;
  std::memcpy(&bytes, from, sizeof(bytes));
  return bytes;
}

/// Whether one of them is not zero.
inline bool Any(Bytes16 bytes) {
  std::uint64_t halves[2];
  std::memcpy(halves, &bytes, sizeof(halves));
  return (halves[0] | halves[1]) != 0;
}

/// 0xFF for each that is below `c`, itself ASCII, or no ASCII.
inline Bytes16 BelowOrNotAscii(Bytes16 bytes, char c) {
  using Signed16 = std::int8_t __attribute__((vector_size(16)));
  return reinterpret_cast<Bytes16>(reinterpret_cast<Signed16>(bytes) < static_cast<std::int8_t>(c));
}

inline Bytes16 Is(Bytes16 bytes, char c) {
  return reinterpret_cast<Bytes16>(bytes == static_cast<std::uint8_t>(c));
}

/// 0xFF for each that is not U+0020 to U+007E. (An object, unlike a function, is inlined by
/// SkipBlocks.)
inline constexpr auto NotPrintableAscii = [](Bytes16 bytes) {
  return BelowOrNotAscii(bytes, ' ') | Is(bytes, '\x7F');
};

/// 0x80 for each that is no ASCII.
inline constexpr auto NotAscii = [](Bytes16 bytes) { return bytes & 0x80; };

/// How many characters from `text` on are none for which `stops` is not zero: a multiple of
/// sixteen, at most `size`. There may be more of them.
template <typename Stops>
std::size_t SkipBlocks(const char* text, std::size_t size, const Stops& stops) {
  constexpr std::size_t kBlock = sizeof(Bytes16);
  const auto block = [&](std::size_t at) { return stops(LoadBytes16(text + at)); };
  std::size_t i = 0;
  for (; size - i >= 4 * kBlock; i += 4 * kBlock) {
    if (Any(block(i) | block(i + kBlock) | block(i + 2 * kBlock) | block(i + 3 * kBlock))) break;
  }
  while (size - i >= kBlock && !Any(block(i))) i += kBlock;
  return i;
}

}  // namespace acd
