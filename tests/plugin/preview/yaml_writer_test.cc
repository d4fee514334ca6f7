#include "plugin/preview/yaml_writer.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

#include "tests/plugin/preview/preview_test_support.h"

namespace acd::preview {
namespace {

using testing::Parsed;

Value MapOf(const std::string& text) {
  Value map;
  map.kind = Value::Kind::kMap;
  map.members.emplace_back("key", Value::String(text));
  return map;
}

void ExpectRoundTrip(const Value& value) {
  const std::string text = WriteYaml(value);
  EXPECT_TRUE(Parsed(text) == value) << text;
}

TEST(YamlWriter, QuotesOnlyWhatNeedsIt) {
  for (const char* plain : {"postgres://app@db:5432/shop", "hmac:1f0c9a2b3d4e", "apps/v1", "a b"}) {
    EXPECT_EQ(WriteYaml(MapOf(plain)), std::string("key: ") + plain + "\n");
  }
  for (const char* quoted :
       {"yes", "null", "0777", "1e3", "12:30", "2026-01-01", "",   "- a", "a: b", "a #b", " a",
        "a:",  "*a",   "&a",   "!a",  "{}",    "[",          "%a", "@a",  "=",    "~"}) {
    EXPECT_EQ(WriteYaml(MapOf(quoted)), std::string("key: \"") + quoted + "\"\n");
  }
}

TEST(YamlWriter, ShowsLinesAsABlock) {
  EXPECT_EQ(WriteYaml(MapOf("a\n\n  b\n")), "key: |\n  a\n\n    b\n");
  EXPECT_EQ(WriteYaml(MapOf("a\nb")), "key: |-\n  a\n  b\n");
  EXPECT_EQ(WriteYaml(MapOf("a\nb\n\n")), "key: |+\n  a\n  b\n\n");
}

TEST(YamlWriter, HidesNoControlCharacter) {
  EXPECT_EQ(WriteYaml(MapOf("a\x1b[31mb\n")), "key: \"a\\u001b[31mb\\n\"\n");
  EXPECT_EQ(WriteYaml(MapOf("a\xE2\x80\xAE"
                            "b")),
            "key: \"a\\u202eb\"\n");
}

TEST(YamlWriter, ReadsBackAsTheSame) {
  ExpectRoundTrip(Parsed("a:\n- []\n- {}\n- [[1, [2]], {b: [c]}]\n- - x: 1\n    y: [z]\n"));
  for (const char* text :
       {"a\n b\n", "\na", "a \nb", "a\n\n\n", "\ta\nb", "a\n\tb\n", "ü\nö", "'\"\\",
        "\xF0\x9F\x98\x80", "---\n", "...\nx\n", "# a\nb\n", "\r\n", "a\r\nb"}) {
    ExpectRoundTrip(MapOf(text));
  }
  Value long_key = MapOf("x");
  long_key.members.front().first = std::string(2000, 'k') + ": \n";
  ExpectRoundTrip(long_key);
}

TEST(YamlWriter, ReadsBackAsTheSameWhateverTheText) {
  std::mt19937 random(7);
  const std::string alphabet = "ab01 \n\t:#-'\"\\{}[]|>&*!%@`,?~=.<_\x7f\x1f";
  for (int i = 0; i < 20000; ++i) {
    std::string text;
    for (std::size_t size = random() % 12; size > 0; --size)
      text += alphabet[random() % alphabet.size()];
    Value map = MapOf(text);
    map.members.emplace_back(text + "x", Value::String("y"));
    ExpectRoundTrip(map);
  }
}

}  // namespace
}  // namespace acd::preview
