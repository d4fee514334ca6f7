#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

// Sixteen characters at a time, in the processor's vectors, for the text that nearly all of a
// document is.
namespace acd {

using Bytes16 = std::uint8_t __attribute__((vector_size(16)));

inline Bytes16 LoadBytes16(const void* from) {
  Bytes16 bytes;
  std::memcpy(&bytes, from, sizeof(bytes));
  return bytes;
}

/// One bit for each, the first of them lowest: its highest.
inline unsigned HighBits(Bytes16 bytes) {
#if defined(__SSE2__)
  using Chars16 = char __attribute__((vector_size(16)));
  return static_cast<unsigned>(__builtin_ia32_pmovmskb128(reinterpret_cast<Chars16>(bytes)));
#else
  unsigned bits = 0;
  for (unsigned i = 0; i < sizeof(bytes); ++i) bits |= (bytes[i] >> 7U) << i;
  return bits;
#endif
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
/// FindStop.)
inline constexpr auto NotPrintableAscii = [](Bytes16 bytes) {
  return BelowOrNotAscii(bytes, ' ') | Is(bytes, '\x7F');
};

/// 0x80 for each that is no ASCII.
inline constexpr auto NotAscii = [](Bytes16 bytes) { return bytes & 0x80; };

/// Where the first character is for which `stops` has its highest bit set. If that is none, or one
/// of the last fifteen, `size` or up to fifteen less.
template <typename Stops>
std::size_t FindStop(const char* text, std::size_t size, const Stops& stops) {
  constexpr std::size_t kBlock = sizeof(Bytes16);
  constexpr std::size_t kShort = 8 * kBlock;  // most texts
  const auto block = [&](std::size_t at) { return stops(LoadBytes16(text + at)); };
  std::size_t i = 0;
  for (; size - i >= kBlock; i += kBlock) {
    if (const unsigned bits = HighBits(block(i)); bits != 0) {
      return i + static_cast<std::size_t>(std::countr_zero(bits));
    }
    if (i < kShort) continue;
    while (size - i >= 5 * kBlock && HighBits(block(i + kBlock) | block(i + 2 * kBlock) |
                                              block(i + 3 * kBlock) | block(i + 4 * kBlock)) == 0) {
      i += 4 * kBlock;
    }
  }
  return i;
}

}  // namespace acd
