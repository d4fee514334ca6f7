#include "decrypt/yaml/bytes8.h"

#include <gtest/gtest.h>

#include <array>
#include <string>

#include "decrypt/yaml/reader.h"
#include "tests/support/matchers.h"

namespace acd::yaml {
namespace {

TEST(Bytes8, KnowEachByteAtEachPlace) {
  for (unsigned byte = 0; byte < 256; ++byte) {
    for (std::size_t place = 0; place < 8; ++place) {
      for (const char other : {' ', 'x', '~'}) {
        std::array<char, 8> text;
        text.fill(other);
        text[place] = static_cast<char>(byte);
        const std::uint64_t bytes = LoadBytes8(text.data());
        EXPECT_EQ(AllPrintableAscii(bytes), byte >= 0x20 && byte <= 0x7E) << byte;
        EXPECT_EQ(AllAscii(bytes), byte < 0x80) << byte;
      }
    }
  }
}

// What is not plain must be seen wherever it lies among the eight.
TEST(Bytes8, ControlCharactersAreRefusedAtEveryOffset) {
  for (std::size_t before = 0; before < 20; ++before) {
    for (std::size_t after = 0; after < 20; ++after) {
      for (const char bad : {'\x01', '\x1F', '\x7F', '\x80', '\xFF'}) {
        const std::string text =
            "k: " + std::string(before, 'x') + bad + std::string(after, 'x') + "\n";
        EXPECT_FALSE(ReadStream(AsBytes(text), Limits()).has_value()) << text;
      }
    }
  }
}

TEST(Bytes8, ScalarsOfEveryLengthAreReadWhole) {
  for (std::size_t length = 1; length < 40; ++length) {
    for (const std::string end :
         {"", " # c", ": v", "\xC2\x85", "\xE2\x80\xA8", "\xC3\xA9", "\xE2\x82\xAC"}) {
      const std::string word(length, 'x');
      const auto documents = ReadStream(AsBytes("- " + word + end + "\n"), Limits());
      ASSERT_THAT(documents, acd::testing::IsOk()) << end;
      const Node& item = documents->front().root.items.front();
      if (end == ": v") continue;  // a map
      const bool more = end == "\xC3\xA9" || end == "\xE2\x82\xAC";
      EXPECT_EQ(item.text.ExposeText(), more ? word + end : word) << length;
    }
  }
}

}  // namespace
}  // namespace acd::yaml
