#include "decrypt/age/identity_file.h"

#include <string>

#include "tests/decrypt/age/fixtures.h"
#include "tests/decrypt/age/samples.h"
#include "tests/support/matchers.h"

namespace acd::age {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::kPassphrase;
using testing::kRecipient1;
using testing::kRecipient2;
using testing::kSecretKey1;
using testing::kSecretKey2;
using ::testing::Not;
using testing::Sample;
using ::testing::StartsWith;

const std::string kKey1(kSecretKey1);
const std::string kKey2(kSecretKey2);
const std::string kPlugin = "AGE-PLUGIN-BATCHPASS-1JCS0Q9";

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
           Row{"AGE-SECRET-KEY-PQ-1QQQQ", "line 2: malformed secret key: "},
           Row{"AGE-PLUGIN-YUBIKEY-1QQQQ", "line 2: malformed plugin identity: "},
           Row{kPlugin,
               "line 2: plugin identity, and age-plugin-batchpass may not be started here"},
           Row{"AGE-SECRET-KEY-X1QQQQ", "line 2: unknown identity type"},
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
  const std::string bad =
      "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjE=\nAAAA\n"
      "-----END OPENSSH PRIVATE KEY-----\n";
  const auto parsed = ParseFile(kKey1 + "\n" + bad + kKey2 + "\n");
  EXPECT_THAT(parsed.identities.PublicNames(), ElementsAre(kRecipient1, kRecipient2));
  EXPECT_THAT(parsed.warnings, ElementsAre(HasSubstr("line 2: malformed SSH private key: ")));
}

TEST(AgeIdentityFile, TakesSshKeysAloneAndAmongOthers) {
  const auto parsed = ParseFile(kKey1 + "\n" + Sample("ssh_ed25519") + "# x\n" + Sample("ssh_rsa") +
                                Sample("ssh_ed25519_protected") + kKey2 + "\n");
  EXPECT_THAT(parsed.identities.PublicNames(),
              ElementsAre(kRecipient1, StartsWith("ssh-ed25519 AAAA"), StartsWith("ssh-rsa AAAA"),
                          kRecipient2));
  ASSERT_EQ(parsed.warnings.size(), 1U);
  EXPECT_THAT(parsed.warnings[0], HasSubstr("protected by a passphrase"));
  EXPECT_THAT(parsed.warnings[0], HasSubstr("ssh-keygen -p"));
  EXPECT_EQ(ParseFile(Sample("ssh_rsa_pkcs1.pem")).identities.size(), 1U);
}

TEST(AgeIdentityFile, FindsAKeyBehindAPemBlockWithoutAnEnd) {
  const auto parsed = ParseFile("-----BEGIN X-----\nAAAA\n" + kKey1 + "\n");
  EXPECT_THAT(parsed.identities.PublicNames(), ElementsAre(kRecipient1));
}

IdentityOptions WithPassphrase(std::string_view passphrase, int* asked = nullptr) {
  IdentityOptions options;
  options.passphrase = [passphrase = std::string(passphrase), asked] {
    if (asked != nullptr) ++*asked;
    return std::optional(SecretBytes::CopyOf(passphrase));
  };
  return options;
}

TEST(AgeIdentityFile, OpensOneThatIsEncrypted) {
  for (const std::string& text :
       {Sample("encrypted_identities.age"), Sample("encrypted_identities.asc")}) {
    int asked = 0;
    const auto parsed =
        ParseIdentityFile(text, KeyLayout::kOnePerLine, WithPassphrase(kPassphrase, &asked));
    EXPECT_THAT(parsed.identities.PublicNames(), ElementsAre(testing::SampleLine("inner.pub")));
    EXPECT_THAT(parsed.warnings, ElementsAre(HasSubstr("line 1: inside of the encrypted identity "
                                                       "file: line 5: malformed secret key")));
    EXPECT_EQ(asked, 1);
  }
}

TEST(AgeIdentityFile, OpensAnEncryptedOneAmongOtherKeys) {
  const auto parsed =
      ParseIdentityFile(kKey1 + "\n" + Sample("encrypted_identities.asc") + kKey2 + "\n",
                        KeyLayout::kWords, WithPassphrase(kPassphrase));
  EXPECT_THAT(parsed.identities.PublicNames(),
              ElementsAre(kRecipient1, testing::SampleLine("inner.pub"), kRecipient2));
}

TEST(AgeIdentityFile, SaysWhyAnEncryptedOneStaysShut) {
  const std::string text = Sample("encrypted_identities.asc") + kKey1 + "\n";
  const auto without = ParseFile(text);
  EXPECT_THAT(without.identities.PublicNames(), ElementsAre(kRecipient1));
  EXPECT_THAT(without.warnings, ElementsAre(HasSubstr("line 1: an identity file encrypted with a "
                                                      "passphrase, and there is none here")));
  const auto wrong = ParseIdentityFile(text, KeyLayout::kOnePerLine, WithPassphrase("x"));
  EXPECT_THAT(wrong.identities.PublicNames(), ElementsAre(kRecipient1));
  EXPECT_THAT(wrong.warnings, ElementsAre(HasSubstr("another passphrase than the one given")));
  EXPECT_THAT(ParseFile(std::string(testing::kArmoredFile)).warnings,
              ElementsAre(HasSubstr("encrypted with age, but not with a passphrase")));
  EXPECT_THAT(ParseFile(testing::BinaryFile()).warnings,
              ElementsAre(HasSubstr("encrypted with age, but not with a passphrase")));
}

TEST(AgeIdentityFile, BoundsTheWorkOfEncryptedOnes) {
  std::string text;
  for (std::size_t i = 0; i <= kMaxEncryptedFiles; ++i) text += Sample("encrypted_identities.asc");
  int asked = 0;
  const auto parsed =
      ParseIdentityFile(text, KeyLayout::kOnePerLine, WithPassphrase("wrong", &asked));
  EXPECT_EQ(asked, static_cast<int>(kMaxEncryptedFiles));
  IdentityOptions options = WithPassphrase(kPassphrase);
  options.scrypt.max_work_factor = 1;
  EXPECT_THAT(ParseIdentityFile(Sample("encrypted_identities.age"), KeyLayout::kOnePerLine, options)
                  .warnings,
              ElementsAre(HasSubstr("the work factor is larger than 1")));
}

TEST(AgeIdentityFile, SaysWhatIsWrongWithADamagedEncryptedOne) {
  std::string text = Sample("encrypted_identities.age");
  text.back() = static_cast<char>(text.back() ^ 1);
  const auto parsed = ParseIdentityFile(text, KeyLayout::kOnePerLine, WithPassphrase(kPassphrase));
  EXPECT_TRUE(parsed.identities.empty());
  EXPECT_THAT(parsed.warnings,
              ElementsAre(HasSubstr("line 1: failed to decrypt the identity file: payload: ")));
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
