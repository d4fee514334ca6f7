#include "plugin/discovery/glob.h"

#include <gmock/gmock.h>

#include "tests/plugin/discovery/tree_of_names.h"
#include "tests/support/matchers.h"

namespace acd::discovery {

void PrintTo(Outcome outcome, std::ostream* out) {
  *out << (outcome == Outcome::kMatch     ? "match"
           : outcome == Outcome::kNoMatch ? "no match"
                                          : "missing");
}

namespace {

using acd::testing::Fails;
using testing::TreeOfNames;

constexpr auto kMatch = Outcome::kMatch;
constexpr auto kNoMatch = Outcome::kNoMatch;
constexpr auto kMissing = Outcome::kMissing;

const TreeOfNames& Repository() {
  static const TreeOfNames names{"app/kustomization.yaml",
                                 "app/sub/values.yaml",
                                 "app/sub/deep/er/Chart.yaml",
                                 "app/.dot/inner.json",
                                 "app/odd{1}/x",
                                 "app/\xc3\xa9t\xc3\xa9.yaml",
                                 "app/bad\xff.txt",
                                 "other/secret.yaml",
                                 "a*/b/x",
                                 {"app/link", "../other"},
                                 {"app/dangling", "nowhere"},
                                 {"alias", "app"}};
  return names;
}

struct Row {
  const char* app;
  const char* pattern;
  Outcome outcome;
};

constexpr Row kRows[] = {
    // Any depth, none included, and folders with dots.
    {"app", "**/kustomization.yaml", kMatch},
    {"app", "**/Chart.yaml", kMatch},
    {"app", "**/inner.json", kMatch},
    {"app", "sub/**/Chart.yaml", kMatch},
    {"app", "**/deep/**/*.yaml", kMatch},
    {"app", "**/nothing.yaml", kNoMatch},
    {"app", "*/Chart.yaml", kNoMatch},
    {"app", "**/*.ya?l", kNoMatch},  // `?` is a character
    {"", "**/*/Chart.yaml", kMatch},
    // One level, and that of two stars at the end.
    {"app", "*.yaml", kMatch},
    {"app", "*.json", kNoMatch},
    {"app", "*/*.json", kMatch},
    {"app", "sub/**", kMatch},
    {"app", "sub/deep/**/x", kNoMatch},
    {"app", "**", kMatch},
    {"app", "k**l", kMatch},
    // Alternatives, one level of them, literally.
    {"app", "{kustomization,x}.yaml", kMatch},
    {"app", "**/{a,inner}.{yaml,json}", kMatch},
    {"app", "**/*.{json,toml}", kMatch},
    {"app", "{sub/values,x}.yaml", kMatch},
    {"app", "{*.yaml,x}", kNoMatch},
    {"app", "{a,{b,kustomization.yaml}}", kNoMatch},
    {"app", "odd{1}/x", kNoMatch},
    {"app", "odd\\{1\\}/*", kMatch},
    {"app", "{", kNoMatch},
    {"app", "kustomization.yaml{", kNoMatch},
    {"app", "kustomization.yaml{}", kNoMatch},
    {"app", "kustomization.yaml{,}", kMatch},
    // Classes and negation only beside a star or a brace.
    {"app", "[k]*", kMatch},
    {"app", "[^k]*.yaml", kMatch},
    {"app", "[x-z]*.yaml", kNoMatch},
    {"app", "[k]ustomization.yaml", kMissing},
    {"app", "!(x)ustomization.y*", kMatch},
    {"app", "!(k)ustomization.y*", kNoMatch},
    // Any text.
    {"app", "\xc3\xa9*", kMatch},
    {"app", "**/\xc3\xa9t?.yaml", kNoMatch},
    {"app", "bad*.txt", kMatch},
    {"app", "bad\xef\xbf\xbd.*", kMatch},
    {"app", "$HOME*", kNoMatch},
    // Without a wildcard: there, or an error in Argo CD.
    {"app", "kustomization.yaml", kMatch},
    {"app", "sub", kMatch},
    {"app", "", kMatch},
    {"app", "link/secret.yaml", kMatch},
    {"app", "dangling", kMissing},
    {"app", "Chart.yaml", kMissing},
    {"app", "none/*.yaml", kMissing},
    {"app", "none/**/x", kMissing},
    {"none", "*", kMissing},
    {"app/kustomization.yaml", "*", kNoMatch},
    // Symlinks count as such; only what comes before the wildcard is followed.
    {"app", "lin*", kMatch},
    {"app", "dangl*", kMatch},
    {"app", "**/secret.yaml", kNoMatch},
    {"app", "*/secret.yaml", kNoMatch},
    {"app", "link/*.yaml", kMatch},
    {"alias", "**/Chart.yaml", kMatch},
    // The application's path is part of the pattern, and the repository its end.
    {"app", "../other/*.yaml", kMatch},
    {"app", "../*/secret.yaml", kMatch},
    {"a*", "b/x", kMatch},
    {"a*", "sub/values.yaml", kMatch},
    {"app", "..", kMatch},
    {"app", "../../*", kNoMatch},
    {"app", "../../etc/passwd", kNoMatch},
    {"app", "../../**/kustomization.yaml", kNoMatch},
};

TEST(MatchesGlob, AnswersAsZglobDoes) {
  for (const Row& row : kRows) {
    const auto outcome = MatchesGlob(Repository().Tree(), row.app, row.pattern);
    ASSERT_TRUE(outcome.has_value()) << row.app << " " << row.pattern;
    EXPECT_EQ(*outcome, row.outcome) << row.app << " " << row.pattern;
  }
}

TEST(MatchesGlob, RefusesAMalformedClass) {
  for (const char* pattern : {"*[z-a]", "*[[:alpha:]", "*[\\p]"}) {
    EXPECT_THAT(MatchesGlob(Repository().Tree(), "app", pattern),
                Fails(Code::kInvalidInput, "syntax error in pattern"))
        << pattern;
  }
}

TEST(MatchesGlob, TakesPropertiesOfUnicodeAsRe2SpellsThem) {
  EXPECT_EQ(*MatchesGlob(Repository().Tree(), "app", "[\\pL]*.yaml"), kMatch);
  EXPECT_THAT(MatchesGlob(Repository().Tree(), "app", "[\\pl]*.yaml"),
              Fails(Code::kInvalidInput, "syntax error in pattern"));
}

TEST(MatchesGlob, HasALimit) {
  EXPECT_THAT(MatchesGlob(Repository().Tree(), "app", std::string(5000, '*')),
              Fails(Code::kLimitExceeded, "more than 4096 bytes"));
}

TEST(MatchesGlob, TakesNoExponentialTime) {
  archive::UnpackOptions options;
  archive::NameBuilder builder(options);
  std::string deep;
  for (int i = 0; i < 100; ++i) {
    deep += i == 0 ? "a" : "/a";
    builder.MakeFile(deep + "/" + std::string(200, 'a'), 0600, 0).value();
  }
  const auto root = builder.Take();
  for (const std::string part : {"**/", "*a", "{a,aa}", "{a,b,", "{{{", "[ab]*", "!(b)"}) {
    std::string pattern = "*";
    while (pattern.size() + part.size() < 1000) pattern += part;
    const auto outcome = MatchesGlob(NameTree(*root), "", pattern + "zz");
    EXPECT_FALSE(outcome && *outcome == kMatch) << part;
  }
}

TEST(MatchesGlob, StopsWhenNoAnswerIsWanted) {
  archive::UnpackOptions options;
  archive::NameBuilder builder(options);
  for (int i = 0; i < 20000; ++i) {
    builder.MakeFile(std::to_string(i) + std::string(200, 'a'), 0600, 0).value();
  }
  const auto root = builder.Take();
  int asked = 0;
  const Check check = [&asked]() -> Status {
    return ++asked < 3 ? Status() : Fail(Code::kCancelled, "gone");
  };
  EXPECT_THAT(MatchesGlob(NameTree(*root), "", "**/*.yaml", check),
              Fails(Code::kCancelled, "gone"));
}

}  // namespace
}  // namespace acd::discovery
