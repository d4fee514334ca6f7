#include "decrypt/age/armor.h"

#include <string>

#include "tests/decrypt/age/fixtures.h"
#include "tests/support/matchers.h"

namespace acd::age {
namespace {

using ::acd::testing::Fails;
using ::acd::testing::IsOk;

constexpr std::string_view kBegin = "-----BEGIN AGE ENCRYPTED FILE-----\n";
constexpr std::string_view kEnd = "-----END AGE ENCRYPTED FILE-----\n";

std::string Armored(std::string_view body) { return std::string(kBegin).append(body).append(kEnd); }

std::string WithCrLf(std::string_view text) {
  std::string out;
  for (const char c : text) out.append(c == '\n' ? "\r\n" : std::string(1, c));
  return out;
}

std::string Text(const Result<SecretBytes>& result) {
  return result ? std::string(result->ExposeText()) : "error: " + result.error().message;
}

TEST(AgeArmor, ReadsBodies) {
  EXPECT_EQ(Text(Dearmor(Armored("YWdl\n"))), "age");
  EXPECT_EQ(Text(Dearmor(Armored("YWc=\n"))), "ag");
  EXPECT_EQ(Text(Dearmor(Armored(""))), "");
  // A full last line may be followed by the end line directly.
  const std::string full(64, 'A');
  EXPECT_EQ(Text(Dearmor(Armored(full + "\n"))), std::string(48, '\0'));
  EXPECT_EQ(Text(Dearmor(Armored(full + "\nYWdl\n"))), std::string(48, '\0') + "age");
}

TEST(AgeArmor, AllowsCrLfAndAMissingFinalNewline) {
  const std::string text = Armored("YWdl\n");
  EXPECT_EQ(Text(Dearmor(WithCrLf(text))), "age");
  EXPECT_EQ(Text(Dearmor(text.substr(0, text.size() - 1))), "age");
  // In the last line age's base64 skips any.
  EXPECT_EQ(Text(Dearmor(Armored("Y\rWdl\r\r\n"))), "age");
  EXPECT_EQ(Text(Dearmor(Armored("YWc\r=\r\r\n"))), "ag");
  EXPECT_EQ(Text(Dearmor(Armored("\r\r\n"))), "");
}

TEST(AgeArmor, AllowsSoMuchWhiteSpaceAroundIt) {
  const std::string text = Armored("YWdl\n");
  EXPECT_EQ(Text(Dearmor(std::string(1024, '\n') + text)), "age");
  EXPECT_THAT(Dearmor(std::string(1025, '\n') + text),
              Fails(Code::kInvalidInput, "invalid armor: too much leading whitespace"));
  EXPECT_EQ(Text(Dearmor(text + std::string(1023, ' '))), "age");
  EXPECT_THAT(Dearmor(text + std::string(1024, ' ')),
              Fails(Code::kInvalidInput, "invalid armor: too much trailing whitespace"));
}

TEST(AgeArmor, RefusesEverythingElse) {
  struct Row {
    std::string_view name;
    std::string text;
    std::string_view reason;
  };
  const std::string full(64, 'A');
  const std::string begin(kBegin);
  const std::string end(kEnd);
  for (const Row& row : {
           Row{"empty", "", "unexpected EOF"},
           Row{"no armor", "age-encryption.org/v1\n", "invalid first line"},
           Row{"space before the marker", std::string(" ").append(Armored("YWdl\n")),
               "invalid first line"},
           Row{"lower-case marker", "-----begin age encrypted file-----\nYWdl\n" + end,
               "invalid first line"},
           Row{"no end", begin + "YWdl\n", "unexpected EOF"},
           Row{"no end after full line", begin + full + "\n", "unexpected EOF"},
           Row{"wrong end", begin + "YWdl\n-----END X-----\n", "invalid closing line"},
           Row{"space after the end", begin + "YWdl\n-----END AGE ENCRYPTED FILE----- \n",
               "invalid closing line"},
           Row{"inner empty line", Armored(full + "\n\nYWdl\n"), "empty line in armored data"},
           Row{"empty line before the end", Armored("YWdl\n\n"), "invalid closing line"},
           Row{"long line", Armored(full + "YWdl\n"), "column limit exceeded"},
           Row{"short line inside", Armored("YWdl\nYWdl\n"), "invalid closing line"},
           Row{"padding inside", Armored(full.substr(0, 63) + "=\nYWdl\n"), "invalid closing line"},
           Row{"no padding", Armored("YWc\n"), "illegal base64"},
           Row{"unused bits set", Armored("YWd=\n"), "illegal base64"},
           Row{"url alphabet", Armored("YW-_\n"), "illegal base64"},
           Row{"space inside", Armored("YW dl\n"), "illegal base64"},
           Row{"CR inside of a full line", Armored("\r" + full + "\n"), "column limit exceeded"},
           Row{"CR inside of a line that is not the last", Armored("YW\rdl\nYWdl\n"),
               "invalid closing line"},
           Row{"a line that is a CR", Armored("\r\r\nYWdl\n"), "invalid closing line"},
           Row{"header lines", Armored("Version: 1\n\nYWdl\n"), "invalid armor"},
           Row{"trailing data", Armored("YWdl\n") + "x", "trailing data after armored file"},
           Row{"second file", Armored("YWdl\n") + Armored("YWdl\n"), "trailing data"},
       }) {
    const auto result = Dearmor(row.text);
    EXPECT_THAT(result, Fails(Code::kInvalidInput, "invalid armor: ")) << row.name;
    EXPECT_THAT(result, Fails(Code::kInvalidInput, std::string(row.reason))) << row.name;
  }
}

TEST(AgeArmor, IsDetectedByItsBeginning) {
  EXPECT_TRUE(LooksArmored(testing::kArmoredFile));
  EXPECT_TRUE(LooksArmored("\r\n  -----BEGIN AGE"));
  EXPECT_FALSE(LooksArmored("age-encryption.org/v1\n"));
  EXPECT_FALSE(LooksArmored(" \n"));
  EXPECT_TRUE(LooksArmored("\u00A0\u2028" + std::string(testing::kArmoredFile)));
  const auto behind = [](std::size_t lines) {
    std::string text;
    for (std::size_t i = 0; i < lines; ++i) text += "\r\n";
    return text + std::string(testing::kArmoredFile);
  };
  EXPECT_TRUE(LooksArmored(behind(512)));
  EXPECT_FALSE(LooksArmored(behind(513))) << "age counts bytes to detect it";
  EXPECT_THAT(Dearmor(behind(513)), IsOk()) << "and lines to read it";
  EXPECT_FALSE(LooksArmored(""));
}

}  // namespace
}  // namespace acd::age
