#include "plugin/guard/redact.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace acd::guard {
namespace {

void Add(Redactor& redactor, std::string_view value) {
  std::vector<SecretBytes> values;
  values.push_back(SecretBytes::CopyOf(value));
  redactor.Add(std::move(values));
}

std::string Redact(std::string_view value, std::string_view text) {
  Redactor redactor;
  Add(redactor, value);
  return redactor.Apply(text);
}

TEST(Redactor, ReplacesAValueAsItIs) {
  EXPECT_EQ(Redact("hunter22", "bad value hunter22 in hunter22!"),
            "bad value [redacted] in [redacted]!");
}

TEST(Redactor, ReplacesAValueInBase64) {
  EXPECT_EQ(Redact("hunter22", "data: aHVudGVyMjI="), "data: [redacted]");
}

TEST(Redactor, ReplacesAQuotedValue) {
  EXPECT_EQ(Redact("a\"b\\c\nd\te", R"(got "a\"b\\c\nd\te")"), "got \"[redacted]\"");
}

TEST(Redactor, ReplacesANumberThatHelmMadeAFloat) {
  EXPECT_EQ(Redact("12345678", "pin is 1.2345678e+07"), "pin is [redacted]");
  EXPECT_EQ(Redact("12345678", "pin is 12345678"), "pin is [redacted]");
  EXPECT_EQ(Redact("1500000", "got 1.5e+06."), "got [redacted].");
}

TEST(Redactor, ReplacesTheLinesOfAValue) {
  EXPECT_EQ(Redact("first line\n  second line\n", "at second line, col 3"), "at [redacted], col 3");
}

TEST(Redactor, ReplacesAValueThatIsCutOff) {
  EXPECT_EQ(Redact("a-very-long-password", "value \"a-very-lon...\""), "value \"[redacted]...\"");
}

TEST(Redactor, LeavesShortValuesAlone) { EXPECT_EQ(Redact("abc", "abc abcd"), "abc abcd"); }

TEST(Redactor, MergesNeighboursAndOverlaps) {
  Redactor redactor;
  Add(redactor, "aaaabbbb");
  Add(redactor, "bbbbcccc");
  EXPECT_EQ(redactor.Apply("x aaaabbbbcccc y"), "x [redacted] y");
}

TEST(Redactor, TakesTheLongestOfSeveralThatFit) {
  Redactor redactor;
  for (const char* value : {"abcd", "abcdef", "abcdefgh", "abcdefgh-long", "abcdefgh-longer"}) {
    Add(redactor, value);
  }
  EXPECT_EQ(redactor.Apply("abcd!"), "[redacted]!");
  EXPECT_EQ(redactor.Apply("abcdef!"), "[redacted]!");
  EXPECT_EQ(redactor.Apply("abcdefg!"), "[redacted]g!");
  EXPECT_EQ(redactor.Apply("abcdefgh-longish"), "[redacted]ish");
}

// The author of a value can also have helm print a text of his choice.
TEST(Redactor, StaysQuickWhenManyLinesAreAlike) {
  std::string lines;
  for (int i = 0; i < 100'000; ++i) lines += "aaaa" + std::to_string(100'000 + i) + "\n";
  std::string text;
  while (text.size() < 60'000) text += "aaaaz";
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_EQ(Redact(lines, text), text);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(10));
}

TEST(Redactor, KnowsALongValueByAsMuchOfItAsAMessageShows) {
  std::string value;
  while (value.size() < 10'000'000) value += "block " + std::to_string(value.size()) + ",";
  Redactor redactor;
  for (int i = 0; i < 20; ++i) Add(redactor, value);  // 200 MB in all
  EXPECT_EQ(redactor.Apply("bad: " + value.substr(0, 60'000)), "bad: [redacted]");
  EXPECT_EQ(redactor.Apply("something else"), "something else");
}

// Forgetting a value must never show it.
TEST(Redactor, ShowsNothingOnceItCannotKeepAllValues) {
  for (const std::string& value : {std::string(1'000'000, 'x') + "\n", std::string(5, 'x')}) {
    Redactor redactor;
    Add(redactor, "hunter22");
    const std::size_t cost = value.size() + Redactor::kCostOfALine;
    for (std::size_t kept = 0; kept <= Redactor::kMaxCost; kept += cost) Add(redactor, value);
    Add(redactor, "hunter23");
    const std::string text = redactor.Apply("hunter22 and hunter23");
    EXPECT_EQ(text.find("hunter"), std::string::npos);
    EXPECT_NE(text.find("redacted whole"), std::string::npos);
  }
}

TEST(Redactor, KeepsTextWithoutValues) {
  EXPECT_EQ(Redact("hunter22", "nothing to see"), "nothing to see");
  EXPECT_EQ(Redactor().Apply(""), "");
}

}  // namespace
}  // namespace acd::guard
