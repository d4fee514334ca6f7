#include "plugin/discovery/file_name.h"

#include <gmock/gmock.h>

#include "tests/plugin/discovery/tree_of_names.h"
#include "tests/support/matchers.h"

namespace acd::discovery {
namespace {

using acd::testing::Fails;
using testing::TreeOfNames;

bool Matches(const TreeOfNames& names, const std::string& app, const std::string& pattern) {
  const auto outcome = MatchesFileName(names.Tree(), app, pattern);
  EXPECT_TRUE(outcome.has_value()) << pattern;
  EXPECT_TRUE(outcome && *outcome != Outcome::kMissing) << pattern;
  return outcome && *outcome == Outcome::kMatch;
}

const TreeOfNames& Repository() {
  static const TreeOfNames names{"app/kustomization.yaml",
                                 "app/sub/values.yaml",
                                 "app/.hidden",
                                 "app/{a,b}",
                                 "app/a*b/file",
                                 "other/secret.yaml",
                                 "odd[1]/Chart.yaml",
                                 "star*/Chart.yaml",
                                 {"app/link", "sub"},
                                 {"app/dangling", "nowhere"},
                                 {"alias", "app"}};
  return names;
}

TEST(MatchesFileName, FindsByNameAndWildcard) {
  for (const char* pattern :
       {"kustomization.yaml", "./kustomization.yaml", "*.yaml", "kustomization.y?ml", "[j-l]*", "*",
        "sub", "sub/*.yaml", "*/values.yaml", "s[^x]b/v*", ".hidden", ".*", "{a,b}", "a\\*b/f*",
        "sub/../kustomization.yaml", "../other/secret.yaml", "..", ""}) {
    EXPECT_TRUE(Matches(Repository(), "app", pattern)) << pattern;
  }
  for (const char* pattern :
       {"Kustomization.yaml", "values.yaml", "**/file.yaml", "*.{yaml,yml}", "*/*/*",
        "kustomization.yaml/x", "kustomization.yaml/*", "x/*", "sub/x*"}) {
    EXPECT_FALSE(Matches(Repository(), "app", pattern)) << pattern;
  }
}

TEST(MatchesFileName, TakesTwoStarsForOne) {
  EXPECT_TRUE(Matches(Repository(), "app", "**/values.yaml"));
  EXPECT_FALSE(Matches(Repository(), "", "**/values.yaml"));
}

TEST(MatchesFileName, FollowsSymlinksToFolders) {
  EXPECT_TRUE(Matches(Repository(), "app", "link/values.yaml"));
  EXPECT_TRUE(Matches(Repository(), "app", "lin*/v*"));
  EXPECT_TRUE(Matches(Repository(), "alias", "kustomization.yaml"));
  // It is there, wherever it leads.
  EXPECT_TRUE(Matches(Repository(), "app", "dangling"));
  EXPECT_TRUE(Matches(Repository(), "app", "dang*"));
  EXPECT_FALSE(Matches(Repository(), "app", "dang*/*"));
}

TEST(MatchesFileName, TakesTheApplicationsPathForAPatternToo) {
  EXPECT_FALSE(Matches(Repository(), "odd[1]", "Chart.yaml"));
  EXPECT_TRUE(Matches(Repository(), "star*", "Chart.yaml"));
  EXPECT_TRUE(Matches(Repository(), "sta*", "Chart.yaml"));
}

TEST(MatchesFileName, LooksForNothingOutside) {
  for (const char* pattern : {"../..", "../../*", "../../../etc/passwd", "../../app/.hidden"}) {
    EXPECT_FALSE(Matches(Repository(), "app", pattern)) << pattern;
  }
  EXPECT_TRUE(Matches(Repository(), "../../app", "kustomization.yaml"));
  EXPECT_FALSE(Matches(Repository(), "none", "*"));
}

TEST(MatchesFileName, RefusesMalformedPatternsAsFarAsGoSeesThem) {
  for (const char* pattern : {"[", "a\\", "*\\", "[]", "[a-]", "[a/b]", "sub\\/x", "*/[", "*[a"}) {
    EXPECT_THAT(MatchesFileName(Repository().Tree(), "app", pattern),
                Fails(Code::kInvalidInput, "syntax error in pattern"))
        << pattern;
  }
  EXPECT_THAT(MatchesFileName(Repository().Tree(), "app", "x\n["),
              Fails(Code::kInvalidInput, R"(pattern app/x\x0a[: syntax)"));
  // Nothing gets as far as its end.
  EXPECT_FALSE(Matches(Repository(), "app", "nothing*["));
  EXPECT_THAT(MatchesFileName(Repository().Tree(), "app", "kust*["),
              Fails(Code::kInvalidInput, "syntax error"));
}

TEST(MatchesFileName, GoesThroughEachFolderOnceHoweverManyLinksLeadThere) {
  std::string pattern;
  for (int i = 0; i < 30; ++i) pattern += "*/";
  const TreeOfNames names{"d/x", {"d/a", "."}, {"d/b", "."}, {"d/c", "../d"}, {"d/e", "."}};
  EXPECT_TRUE(Matches(names, "d", pattern + "x"));
  EXPECT_FALSE(Matches(names, "d", pattern + "y"));
  // The forty-first link on a way is one too many.
  for (int i = 0; i < 10; ++i) pattern += "*/";
  EXPECT_TRUE(Matches(names, "d", pattern + "x"));
  EXPECT_FALSE(Matches(names, "d", pattern + "*/x"));
}

TEST(MatchesFileName, HasALimit) {
  EXPECT_THAT(MatchesFileName(Repository().Tree(), "app", std::string(5000, '*')),
              Fails(Code::kLimitExceeded, "more than 4096 bytes"));
  EXPECT_FALSE(Matches(Repository(), "app", std::string(4000, 'x')));
  EXPECT_TRUE(Matches(Repository(), "app", std::string(4092, '*')));
  EXPECT_THAT(MatchesFileName(Repository().Tree(), "app", std::string(4093, '*')),
              Fails(Code::kLimitExceeded, "more than 4096 bytes"));
}

TEST(MatchesFileName, StopsWhenNoAnswerIsWanted) {
  archive::UnpackOptions options;
  archive::NameBuilder builder(options);
  for (int i = 0; i < 1000; ++i) {
    builder.MakeFile(std::to_string(i) + std::string(200, 'a'), 0600, 0).value();
  }
  const auto root = builder.Take();
  std::string pattern;
  for (int i = 0; i < 1000; ++i) pattern += "*a";
  int asked = 0;
  const Check check = [&asked]() -> Status {
    return ++asked < 3 ? Status() : Fail(Code::kDeadline, "too late");
  };
  EXPECT_THAT(MatchesFileName(NameTree(*root), "", pattern, check),
              Fails(Code::kDeadline, "too late"));
  EXPECT_EQ(asked, 3);
}

}  // namespace
}  // namespace acd::discovery
