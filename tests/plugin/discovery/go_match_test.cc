#include "plugin/discovery/go_match.h"

#include <gmock/gmock.h>

#include <string>

namespace acd::discovery {
namespace {

enum class Answer { kYes, kNo, kBad };
using enum Answer;

struct Row {
  const char* pattern;
  const char* name;
  Answer answer;
};

// Most of them are the table of Go's own path/filepath/match_test.go.
constexpr Row kRows[] = {
    {"abc", "abc", kYes},
    {"*", "abc", kYes},
    {"*c", "abc", kYes},
    {"a*", "a", kYes},
    {"a*", "abc", kYes},
    {"a*", "ab/c", kNo},
    {"a*/b", "abc/b", kYes},
    {"a*/b", "a/c/b", kNo},
    {"a*b*c*d*e*/f", "axbxcxdxe/f", kYes},
    {"a*b*c*d*e*/f", "axbxcxdxexxx/f", kYes},
    {"a*b*c*d*e*/f", "axbxcxdxe/xxx/f", kNo},
    {"a*b*c*d*e*/f", "axbxcxdxexxx/fff", kNo},
    {"a*b?c*x", "abxbbxdbxebxczzx", kYes},
    {"a*b?c*x", "abxbbxdbxebxczzy", kNo},
    {"ab[c]", "abc", kYes},
    {"ab[b-d]", "abc", kYes},
    {"ab[e-g]", "abc", kNo},
    {"ab[^c]", "abc", kNo},
    {"ab[^b-d]", "abc", kNo},
    {"ab[^e-g]", "abc", kYes},
    {"a\\*b", "a*b", kYes},
    {"a\\*b", "ab", kNo},
    {"a?b",
     "a\xe2\x98\xba"
     "b",
     kYes},
    {"a[^a]b",
     "a\xe2\x98\xba"
     "b",
     kYes},
    {"a???b",
     "a\xe2\x98\xba"
     "b",
     kNo},
    {"a[^a][^a][^a]b",
     "a\xe2\x98\xba"
     "b",
     kNo},
    {"[a-\xce\xb6]*", "\xce\xb1", kYes},
    {"*[a-\xce\xb6]", "A", kNo},
    {"a?b", "a/b", kNo},
    {"a*b", "a/b", kNo},
    {"[\\]a]", "]", kYes},
    {"[\\-]", "-", kYes},
    {"[x\\-]", "x", kYes},
    {"[x\\-]", "-", kYes},
    {"[x\\-]", "z", kNo},
    {"[\\-x]", "x", kYes},
    {"[\\-x]", "-", kYes},
    {"[\\-x]", "a", kNo},
    {"[]a]", "]", kBad},
    {"[-]", "-", kBad},
    {"[x-]", "x", kBad},
    {"[x-]", "-", kBad},
    {"[x-]", "z", kBad},
    {"[-x]", "x", kBad},
    {"[-x]", "-", kBad},
    {"[-x]", "a", kBad},
    {"\\", "a", kBad},
    {"[a-b-c]", "a", kBad},
    {"[", "a", kBad},
    {"[^", "a", kBad},
    {"[^bc", "a", kBad},
    {"a[", "a", kBad},
    {"a[", "ab", kBad},
    {"a[", "x", kBad},
    {"a/b[", "x", kBad},
    {"*x", "xxx", kYes},
    // Ours.
    {"", "", kYes},
    {"", "a", kNo},
    {"a*[", "b", kNo},  // Go does not look that far
    {"a*[", "ab", kBad},
    {"[^a]", "/", kYes},
    {"*[*]*", "a*b", kYes},
    {"\\a\\b", "ab", kYes},
    {"?", "\xff", kYes},
    {"\xff", "\xff", kYes},
    {"[\xff]", "a", kBad},
    {"**", "abc", kYes},
    {"{a,b}", "{a,b}", kYes},
};

TEST(GoMatch, AnswersAsGoDoes) {
  for (const Row& row : kRows) {
    const auto matched = GoMatch(row.pattern, row.name);
    const Answer answer = !matched ? kBad : *matched ? kYes : kNo;
    EXPECT_EQ(answer, row.answer) << row.pattern << " on " << row.name;
  }
}

TEST(GoMatch, TakesNoExponentialTime) {
  std::string pattern;
  for (int i = 0; i < 1000; ++i) pattern += "a*";
  EXPECT_EQ(GoMatch(pattern + "b", std::string(255, 'a')), false);
  EXPECT_EQ(GoMatch("*" + std::string(200, 'a') + "b", std::string(255, 'a')), false);
}

TEST(GoMatch, KnowsWhatIsSpecial) {
  for (const char* text : {"*", "a?", "[", "\\"}) EXPECT_TRUE(HasMeta(text));
  for (const char* text : {"", "]", "{a,b}", "!(a)", "$HOME", "~"}) EXPECT_FALSE(HasMeta(text));
}

}  // namespace
}  // namespace acd::discovery
