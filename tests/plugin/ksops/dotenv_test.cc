#include "plugin/ksops/dotenv.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>

#include "tests/support/matchers.h"

namespace acd::ksops {
namespace {

using testing::Fails;
using ::testing::HasSubstr;
using ::testing::Not;
using Map = std::map<std::string, std::string>;

constexpr std::size_t kEnough = 1U << 20U;

Map Parsed(std::string_view text) {
  Map out;
  const auto variables = ParseDotenv(text, kEnough);
  if (!variables) return {{"ERROR", variables.error().message}};
  for (const auto& [name, value] : *variables) out[name] = value.ExposeText();
  return out;
}

// Expectations are what godotenv 1.5.1 says; tests/interop/ksops compares the two at random.
TEST(Dotenv, ReadsTheUsualForms) {
  EXPECT_EQ(
      Parsed("A=1\nB: 2\n  export C = 3 \n# D=4\n\nE=\nF='x\ny' G=\"z\" # c\r\nH=i\r\n"),
      (Map{{"A", "1"}, {"B", "2"}, {"C", "3"}, {"E", ""}, {"F", "x\ny"}, {"G", "z"}, {"H", "i"}}));
}

TEST(Dotenv, TakesTheLastCommentOfALine) {
  EXPECT_EQ(Parsed("A=b # c # d\nB=#c\nC=a#b\nD= # e\n"),
            (Map{{"A", "b # c"}, {"B", "#c"}, {"C", "a#b"}, {"D", "# e"}}));
}

TEST(Dotenv, UnescapesInDoubleQuotesOnly) {
  EXPECT_EQ(Parsed(R"(A="a\nb\tc\\n\"d\$e"
B='a\nb'
C=a\nb)"),
            (Map{{"A", "a\nbtc\\n\"d$e"}, {"B", "a\\nb"}, {"C", "a\\nb"}}));
}

TEST(Dotenv, ExpandsEarlierVariables) {
  EXPECT_EQ(
      Parsed("A=1\nB=$A${A}$(A)\\$A$B$\nC='$A'\nD=\"$A-${NONE}\"\n$A=x"),
      (Map{{"ERROR", "line 5: unexpected character in a variable's name, or no = behind it"}}));
  EXPECT_EQ(Parsed("A=1\nB=$A${A}$(A)\\$A$B$\nC='$A'\nD=\"$A-${NONE}\"\n"),
            (Map{{"A", "1"}, {"B", "111)$A$"}, {"C", "$A"}, {"D", "1-"}}));
}

TEST(Dotenv, KeepsWhatIsSurprising) {
  EXPECT_EQ(Parsed("word"), (Map{{"", "word"}}));
  EXPECT_EQ(Parsed("=x"), (Map{{"", "x"}}));
  EXPECT_EQ(Parsed("a b=x"), (Map{{"a b", "x"}}));
  EXPECT_EQ(Parsed("A='it\\'s'"), (Map{{"A", "it\\'s"}}));
  EXPECT_EQ(Parsed("A=x\xff\xe2\x82z"), (Map{{"A", "x\uFFFD\uFFFD\uFFFDz"}}));
  EXPECT_EQ(Parsed("export"), (Map{{"", "export"}}));
}

TEST(Dotenv, NamesTheLineAndNeverTheText) {
  for (const char* text : {"A=1\n\ncanary-x=1", "A=1\nB=\"\n\"\nC='canary", "\n\nexport "}) {
    const auto out = ParseDotenv(text, kEnough);
    EXPECT_THAT(out, Fails(Code::kInvalidInput, "line "));
    EXPECT_THAT(out.error().message, Not(HasSubstr("canary")));
  }
  EXPECT_THAT(ParseDotenv("A=1\nB='x\ny'\n\nC='z", kEnough),
              Fails(Code::kInvalidInput, "line 5: "));
}

TEST(Dotenv, BoundsWhatDoublesWithEachLine) {
  std::string text = "A0=0123456789\n";
  for (int i = 1; i < 60; ++i) {
    const std::string last = "$A" + std::to_string(i - 1);
    text += "A" + std::to_string(i) + "=" + last + last + "\n";
  }
  EXPECT_THAT(ParseDotenv(text, kEnough), Fails(Code::kLimitExceeded, "too large"));
}

}  // namespace
}  // namespace acd::ksops
