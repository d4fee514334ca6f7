#include "decrypt/base/bytes16.h"

#include <gtest/gtest.h>

#include <array>
#include <string>

namespace acd {
namespace {

TEST(Bytes16, KnowEachByteAtEachPlace) {
  for (unsigned byte = 0; byte < 256; ++byte) {
    for (std::size_t place = 0; place < 16; ++place) {
      for (const char other : {' ', 'x', '~'}) {
        std::array<char, 16> text;
        text.fill(other);
        text[place] = static_cast<char>(byte);
        const Bytes16 bytes = LoadBytes16(text.data());
        const unsigned here = 1U << place;
        const bool printable = byte >= 0x20 && byte <= 0x7E;
        EXPECT_EQ(HighBits(NotPrintableAscii(bytes)), printable ? 0 : here) << byte;
        EXPECT_EQ(HighBits(NotAscii(bytes)), byte < 0x80 ? 0 : here) << byte;
        EXPECT_EQ(HighBits(Is(bytes, '#')), byte == '#' ? here : 0) << byte;
        EXPECT_EQ(HighBits(BelowOrNotAscii(bytes, '!')) >> place & 1U,
                  byte < '!' || byte >= 0x80 ? 1U : 0U)
            << byte;
      }
    }
  }
}

TEST(Bytes16, FindStopStopsWhereItShouldOrShortOfTheEnd) {
  for (std::size_t size = 0; size < 400; ++size) {
    const std::string text(size, 'x');
    const std::size_t none = FindStop(text.data(), size, NotAscii);
    EXPECT_LE(none, size);
    EXPECT_LT(size - none, 16U);
    for (std::size_t at = 0; at < size; at += 1 + at / 20) {
      std::string other = text;
      other[at] = '\xFF';
      if (at + 5 < size) other[at + 5] = '\xFF';
      const std::size_t found = FindStop(other.data(), size, NotAscii);
      EXPECT_LE(found, at);
      EXPECT_TRUE(found == at || size - found < 16) << found << " " << at << " of " << size;
    }
  }
}

}  // namespace
}  // namespace acd
