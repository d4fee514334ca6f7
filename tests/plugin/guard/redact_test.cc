#include "plugin/guard/redact.h"

#include <gtest/gtest.h>

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

TEST(Redactor, KeepsTextWithoutValues) {
  EXPECT_EQ(Redact("hunter22", "nothing to see"), "nothing to see");
  EXPECT_EQ(Redactor().Apply(""), "");
}

}  // namespace
}  // namespace acd::guard
