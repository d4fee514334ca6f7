// A text is looked at in blocks of sixteen characters, and of several of these: nobody may see
// where they begin and end.
#include <gtest/gtest.h>

#include <string>

#include "decrypt/yaml/reader.h"
#include "tests/support/matchers.h"

namespace acd::yaml {
namespace {

// What is not plain must be seen wherever it lies in a block.
TEST(Blocks, ControlCharactersAreRefusedAtEveryOffset) {
  for (std::size_t before = 0; before < 70; ++before) {
    for (std::size_t after = 0; after < 70; ++after) {
      for (const char bad : {'\x01', '\x1F', '\x7F', '\x80', '\xFF'}) {
        const std::string text =
            "k: " + std::string(before, 'x') + bad + std::string(after, 'x') + "\n";
        EXPECT_FALSE(ReadStream(AsBytes(text), Limits()).has_value()) << text;
      }
    }
  }
}

TEST(Blocks, ScalarsOfEveryLengthAreReadWhole) {
  for (std::size_t length = 1; length < 300; ++length) {
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

// One NUL ends the text. AddressSanitizer sees when more is looked at.
TEST(Blocks, NothingBehindTheEndIsLookedAt) {
  const std::string text =
      "%YAML 1.1\n%TAG !e! tag:e.org,2000:\n---  # head\n# c\n\n  # d\na: &x !e!t {b: [1, '2', "
      "\"\\x41\\u263A"
      "\\\n z\"], ? c : d}  # line\n# foot\n? - |2-\n    e\n\n  - >+\n   f\n   g\n\n: *x\n# "
      "last\nh: !!str "
      "\xC3\xA9\xE2\x80\xA8 i\n  j # k\n<<: !<tag:y> 'l''m'\n...\n---\n- n\n-\t# o\n- p:\n   # q\n "
      "  - r\n";
  for (std::size_t size = 0; size <= text.size(); ++size) {
    (void)ReadStream(AsBytes(text.substr(0, size)), Limits());
    for (const char end : {'#', '-', '\r', '"', '!', '&', '\xC2', '\xE2', '.', '?'}) {
      (void)ReadStream(AsBytes(text.substr(0, size) + end), Limits());
    }
  }
}

TEST(Blocks, QuotedScalarsOfEveryLengthAreReadWhole) {
  for (std::size_t length = 0; length < 300; ++length) {
    for (const std::string middle : {"", "\xC3\xA9", "''", "\xE2\x80\xA8"}) {
      const std::string word = std::string(length, 'x') + middle + std::string(length % 7, 'y');
      const auto documents = ReadStream(AsBytes("- '" + word + "' # c\n- z\n"), Limits());
      ASSERT_THAT(documents, acd::testing::IsOk()) << length;
      std::string read(documents->front().root.items.front().text.ExposeText());
      if (middle == "''") read.replace(length, 1, "''");
      if (middle == "\xE2\x80\xA8") continue;  // a line separator is folded
      EXPECT_EQ(read, word) << length;
      EXPECT_EQ(documents->front().root.items.back().text.ExposeText(), "z");
    }
  }
}

// Columns count characters: with a wrong one, the indentation below would not fit.
TEST(Blocks, CharactersOfSeveralBytesAreCountedOnce) {
  for (std::size_t length = 0; length < 80; ++length) {
    const std::string key = std::string(length, 'x') + "\xC3\xA9" + std::string(length % 20, 'y');
    const auto documents = ReadStream(AsBytes("- " + key + ": 1\n  b: 2\n"), Limits());
    ASSERT_THAT(documents, acd::testing::IsOk()) << length;
    EXPECT_EQ(documents->front().root.items.front().members.size(), 2U);
    const auto flow = ReadStream(AsBytes("{" + key + ": [a, " + key + "], b: 2}\n"), Limits());
    ASSERT_THAT(flow, acd::testing::IsOk()) << length;
    EXPECT_EQ(flow->front().root.members.size(), 2U);
  }
}

}  // namespace
}  // namespace acd::yaml
