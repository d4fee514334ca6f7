#include "plugin/discovery/runes.h"

#include <gmock/gmock.h>

namespace acd::discovery {
namespace {

TEST(Runes, DecodesEachSize) {
  EXPECT_EQ(Runes("a\xc3\xa9\xe4\xb8\xad\xf0\x9f\x94\x91"), U"a\u00e9\u4e2d\U0001f511");
}

TEST(Runes, TakesEachInvalidByteAlone) {
  for (const char* text : {"\xff", "\xc0", "\xc3", "\xe4\xb8", "\xed\xa0\x80", "\xf4\x90\x80\x80",
                           "\xc0\x80", "\x80"}) {
    EXPECT_EQ(Runes(text), std::u32string(std::string_view(text).size(), 0xFFFD));
    EXPECT_TRUE(DecodeRune(text).IsInvalid());
  }
  EXPECT_EQ(Runes("\xc3(\xc3\xa9"), U"\ufffd(\u00e9");
  EXPECT_FALSE(DecodeRune("\xef\xbf\xbd").IsInvalid());
}

TEST(Runes, WritesWhatItReads) {
  const std::string text =
      "a\x7f\xc2\x80\xdf\xbf\xe0\xa0\x80\xef\xbf\xbf\xf0\x90\x80\x80\xf4\x8f\xbf\xbf";
  EXPECT_EQ(ValidUtf8(text), text);
  EXPECT_EQ(ValidUtf8("\xffz"), "\xef\xbf\xbdz");
}

}  // namespace
}  // namespace acd::discovery
