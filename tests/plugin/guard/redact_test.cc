#include "plugin/guard/redact.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>

namespace acd::guard {
namespace {

std::string Redact(std::string_view value, std::string_view text) {
  Redactor redactor;
  redactor.Add(SecretBytes::CopyOf(value));
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
  redactor.Add(SecretBytes::CopyOf("aaaabbbb"));
  redactor.Add(SecretBytes::CopyOf("bbbbcccc"));
  EXPECT_EQ(redactor.Apply("x aaaabbbbcccc y"), "x [redacted] y");
}

TEST(Redactor, TakesTheLongestOfSeveralThatFit) {
  Redactor redactor;
  for (const char* value : {"abcd", "abcdef", "abcdefgh", "abcdefgh-long", "abcdefgh-longer"}) {
    redactor.Add(SecretBytes::CopyOf(value));
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

TEST(Redactor, KeepsTextWithoutValues) {
  EXPECT_EQ(Redact("hunter22", "nothing to see"), "nothing to see");
  EXPECT_EQ(Redactor().Apply(""), "");
}

}  // namespace
}  // namespace acd::guard
