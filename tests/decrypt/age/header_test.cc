#include "decrypt/age/header.h"

#include <string>

#include "tests/support/matchers.h"

namespace acd::age {
namespace {

using ::acd::testing::Fails;
using ::acd::testing::IsOk;

constexpr std::string_view kMacLine = "--- AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n";

std::string File(std::string_view stanzas) {
  return std::string("age-encryption.org/v1\n").append(stanzas).append(kMacLine).append("rest");
}

Result<Header> Parse(const std::string& text, std::size_t max_recipients = 100) {
  return ParseHeader(AsBytes(text), Limits{.max_recipients = max_recipients});
}

TEST(AgeHeader, ReadsStanzas) {
  const std::string text = File("-> X25519 abc\nYWdl\n-> scrypt a b\n\n-> empty\n\n");
  const auto header = Parse(text);
  ASSERT_THAT(header, IsOk());
  ASSERT_EQ(header->stanzas.size(), 3U);
  EXPECT_EQ(header->stanzas[0].type, "X25519");
  EXPECT_EQ(header->stanzas[0].OnlyArgument(), "abc");
  EXPECT_EQ(header->stanzas[0].body.ExposeText(), "age");
  EXPECT_EQ(header->stanzas[1].arguments, "a b");
  EXPECT_EQ(header->stanzas[1].OnlyArgument(), std::nullopt);
  EXPECT_TRUE(header->stanzas[1].body.empty());
  EXPECT_EQ(header->stanzas[2].type, "empty");
  EXPECT_EQ(header->stanzas[2].OnlyArgument(), std::nullopt);
  EXPECT_EQ(header->mac.size(), 32U);
  EXPECT_EQ(AsText(header->after), "rest");
  EXPECT_EQ(AsText(header->mac_input), text.substr(0, text.find("---") + 3));
}

TEST(AgeHeader, ReadsBodiesOfFullLines) {
  const std::string full(64, 'A');
  const std::string text = File("-> a\n" + full + "\n" + full + "\n\n-> b\n" + full + "\nYWdl\n");
  const auto header = Parse(text);
  ASSERT_THAT(header, IsOk());
  EXPECT_EQ(header->stanzas[0].body.size(), 96U);
  EXPECT_EQ(header->stanzas[1].body.size(), 51U);
}

TEST(AgeHeader, ReadsNoStanzasAtAll) {
  const std::string text = File("");
  const auto header = Parse(text);
  ASSERT_THAT(header, IsOk());
  EXPECT_TRUE(header->stanzas.empty());
}

TEST(AgeHeader, RefusesMalformedOnes) {
  struct Row {
    std::string_view name;
    std::string text;
    std::string_view reason;
  };
  const std::string full(64, 'A');
  const std::string intro = "age-encryption.org/v1\n";
  const std::string mac(kMacLine);
  for (const Row& row : {
           Row{"empty", "", "file is empty"},
           Row{"intro only", "age-encryption.org/v1", "unexpected intro"},
           Row{"other version", "age-encryption.org/v2\n" + mac, "unexpected intro"},
           Row{"CRLF", "age-encryption.org/v1\r\n" + mac, "unexpected intro"},
           Row{"no closing line", intro, "unexpected end of file"},
           Row{"cut in the closing line", intro + mac.substr(0, 20), "unexpected end of file"},
           Row{"stanza without a short last line", File("-> a\n" + full + "\n"), "short line"},
           Row{"stanza without a body", File("-> a\n-> b\n\n"), "short line"},
           Row{"long body line", File("-> a\n" + full + "AA\n\n"), "too long"},
           Row{"padded body", File("-> a\nYWc=\n"), "malformed body line"},
           Row{"unused bits set", File("-> a\nYWd\n"), "malformed body line"},
           Row{"CR in a body", File("-> a\nYWdl\r\n"), "malformed body line"},
           Row{"no space", File("->a\n\n"), "opening line"},
           Row{"two spaces", File("->  a\n\n"), "arguments"},
           Row{"space at the end", File("-> a \n\n"), "arguments"},
           Row{"two spaces inside", File("-> a  b\n\n"), "arguments"},
           Row{"no type", File("-> \n\n"), "arguments"},
           Row{"arrow only", File("->\n\n"), "opening line"},
           Row{"control character", File("-> a\tb\n\n"), "arguments"},
           Row{"not ASCII", File("-> \xC3\xA9\n\n"), "arguments"},
           Row{"text between", File("hello\n"), "opening line"},
           Row{"no MAC", intro + "---\n", "closing line"},
           Row{"short MAC", intro + "--- AAAA\n", "closing line"},
           Row{"MAC with two spaces", intro + "---  " + mac.substr(4), "closing line"},
           Row{"MAC with padding", intro + mac.substr(0, mac.size() - 1) + "=\n", "closing line"},
           Row{"MAC with CR", intro + mac.substr(0, mac.size() - 1) + "\r\n", "closing line"},
           Row{"MAC and more", intro + mac.substr(0, mac.size() - 1) + " x\n", "closing line"},
       }) {
    const auto result = Parse(row.text);
    EXPECT_THAT(result, Fails(Code::kInvalidInput, "header: ")) << row.name;
    EXPECT_THAT(result, Fails(Code::kInvalidInput, std::string(row.reason))) << row.name;
  }
}

TEST(AgeHeader, BoundsTheNumberOfStanzas) {
  EXPECT_THAT(Parse(File("-> a\n\n-> a\n\n"), 2), IsOk());
  EXPECT_THAT(Parse(File("-> a\n\n-> a\n\n-> a\n\n"), 2),
              Fails(Code::kLimitExceeded, "more than 2 recipients"));
}

}  // namespace
}  // namespace acd::age
