#include "decrypt/age/identity_file.h"

#include <string>

#include "tests/decrypt/age/fixtures.h"
#include "tests/support/matchers.h"

namespace acd::age {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::kRecipient1;
using testing::kRecipient2;
using testing::kSecretKey1;
using testing::kSecretKey2;
using ::testing::Not;

const std::string kKey1(kSecretKey1);
const std::string kKey2(kSecretKey2);

ParsedIdentities ParseFile(const std::string& text) {
  return ParseIdentityFile(text, KeyLayout::kOnePerLine);
}
ParsedIdentities ParseWords(const std::string& text) {
  return ParseIdentityFile(text, KeyLayout::kWords);
}

TEST(AgeIdentityFile, ReadsWhatAgeKeygenWrites) {
  const auto parsed = ParseFile("# created: 2026-11-22T05:54:02Z\n# public key: age1whr\n" + kKey1 +
                                "\n\n" + kKey2 + "\n");
  EXPECT_THAT(parsed.identities.PublicNames(), ElementsAre(kRecipient1, kRecipient2));
  EXPECT_THAT(parsed.warnings, IsEmpty());
}

TEST(AgeIdentityFile, AllowsCrLfAndAMissingFinalNewline) {
  const auto parsed = ParseFile("# x\r\n" + kKey1 + "\r\n" + kKey2);
  EXPECT_THAT(parsed.identities.PublicNames(), ElementsAre(kRecipient1, kRecipient2));
  EXPECT_THAT(parsed.warnings, IsEmpty());
}

TEST(AgeIdentityFile, ReadsNothingFromNothing) {
  for (const std::string text : {"", "\n\n", "# only a comment", "\r\n"}) {
    const auto parsed = ParseFile(text);
    EXPECT_TRUE(parsed.identities.empty());
    EXPECT_THAT(parsed.warnings, IsEmpty());
  }
}

TEST(AgeIdentityFile, KeepsAKeyOnce) {
  const auto parsed = ParseFile(kKey1 + "\n" + kKey1 + "\n");
  EXPECT_EQ(parsed.identities.size(), 1U);
  EXPECT_THAT(parsed.warnings, IsEmpty());
}

TEST(AgeIdentityFile, NamesEachBadLineAndKeepsTheGoodOnes) {
  std::string changed = kKey1;
  changed[30] = changed[30] == 'Q' ? 'P' : 'Q';
  struct Row {
    std::string line;
    std::string_view reason;
  };
  for (const Row& row : {
           Row{changed, "line 2: malformed secret key: invalid checksum"},
           Row{"AGE-SECRET-KEY-1", "line 2: malformed secret key: "},
           Row{kKey1 + " ", "line 2: unexpected white space"},
           Row{"\t" + kKey1, "line 2: unexpected white space"},
           Row{"  # indented comment", "line 2: unexpected white space"},
           Row{kKey1 + " " + kKey1, "line 2: malformed secret key: invalid character"},
           Row{"age-secret-key-1abc", "line 2: identities are written in upper case"},
           Row{std::string(kRecipient1), "line 2: a recipient (public key)"},
           Row{"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAA", "line 2: an SSH public key"},
           Row{"AGE-SECRET-KEY-PQ-1QQQQ", "line 2: unsupported identity type in this build"},
           Row{"AGE-PLUGIN-YUBIKEY-1QQQQ", "line 2: unsupported identity type in this build"},
           Row{"\xEF\xBB\xBF" + kKey1, "line 2: unexpected byte order mark"},
           Row{"\xff\xfe", "line 2: not UTF-8"},
           Row{"hunter2", "line 2: unknown identity type"},
           Row{std::string(100'000, 'A'), "line 2: unknown identity type"},
       }) {
    const auto parsed = ParseFile("# first\n" + row.line + "\n" + kKey2 + "\n");
    EXPECT_THAT(parsed.identities.PublicNames(), ElementsAre(kRecipient2)) << row.reason;
    EXPECT_THAT(parsed.warnings, ElementsAre(HasSubstr(std::string(row.reason))));
  }
}

TEST(AgeIdentityFile, NeverQuotesALine) {
  std::string changed = kKey1;
  changed.back() = changed.back() == 'Q' ? 'P' : 'Q';
  for (const std::string& line :
       {changed, kKey1 + " ", std::string("my-password"), kKey1 + "=", "x" + kKey1}) {
    for (const auto& warning : ParseFile(line).warnings) {
      EXPECT_THAT(warning, Not(HasSubstr("V3G6EZXAG2HX5")));
      EXPECT_THAT(warning, Not(HasSubstr("my-password")));
    }
  }
}

TEST(AgeIdentityFile, CountsAPemBlockAsOneLine) {
  const std::string ssh =
      "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjE=\nAAAA\n"
      "-----END OPENSSH PRIVATE KEY-----\n";
  const auto parsed = ParseFile(kKey1 + "\n" + ssh + kKey2 + "\n");
  EXPECT_THAT(parsed.identities.PublicNames(), ElementsAre(kRecipient1, kRecipient2));
  EXPECT_THAT(parsed.warnings,
              ElementsAre("line 2: unsupported identity type in this build: SSH or "
                          "PEM private key"));
}

TEST(AgeIdentityFile, FindsAKeyBehindAPemBlockWithoutAnEnd) {
  const auto parsed = ParseFile("-----BEGIN X-----\nAAAA\n" + kKey1 + "\n");
  EXPECT_THAT(parsed.identities.PublicNames(), ElementsAre(kRecipient1));
}

TEST(AgeIdentityFile, SaysWhenItIsEncryptedItself) {
  EXPECT_THAT(ParseFile(std::string(testing::kArmoredFile)).warnings,
              ElementsAre(HasSubstr("line 1: unsupported in this build: passphrase-protected")));
  EXPECT_THAT(ParseFile(testing::BinaryFile()).warnings,
              ElementsAre(HasSubstr("line 1: unsupported in this build: passphrase-protected")));
}

TEST(AgeIdentityFile, BoundsItsWarnings) {
  std::string text;
  for (int i = 0; i < 1000; ++i) text += "junk\n";
  const auto parsed = ParseFile(text + kKey1 + "\n");
  EXPECT_EQ(parsed.identities.size(), 1U);
  ASSERT_EQ(parsed.warnings.size(), 11U);
  EXPECT_EQ(parsed.warnings.back(), "and 990 more such lines");
}

TEST(AgeIdentityFile, SplitsWordsWhereSeveralKeysAreAllowed) {
  const auto parsed = ParseWords("# comment " + kKey2 + "\n \t" + kKey1 + "  " + kKey2 + "\r\n");
  EXPECT_THAT(parsed.identities.PublicNames(), ElementsAre(kRecipient1, kRecipient2));
  EXPECT_THAT(parsed.warnings, IsEmpty());
  const auto bad = ParseWords(kKey1 + "," + kKey2 + " " + kKey2);
  EXPECT_THAT(bad.identities.PublicNames(), ElementsAre(kRecipient2));
  EXPECT_EQ(bad.warnings.size(), 1U);
}

}  // namespace
}  // namespace acd::age
