#include "decrypt/sops/selection.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/support/matchers.h"

namespace acd::sops {
namespace {

using acd::testing::Fails;
using acd::testing::IsOk;

Metadata With(Rule rule, std::string pattern) {
  Metadata metadata;
  metadata.rule = rule;
  metadata.pattern = std::move(pattern);
  return metadata;
}

TEST(Selection, SuffixesMatchTheEndOfAKey) {
  const Selection plain(With(Rule::kUnencryptedSuffix, "_unencrypted"));
  EXPECT_TRUE(plain.MatchesKey("a_unencrypted"));
  EXPECT_TRUE(plain.MatchesKey("_unencrypted"));
  EXPECT_FALSE(plain.MatchesKey("_unencrypted_a"));
  EXPECT_FALSE(plain.Encrypted(true));
  EXPECT_TRUE(plain.Encrypted(false));
  const Selection secret(With(Rule::kEncryptedSuffix, "_s"));
  EXPECT_TRUE(secret.Encrypted(true));
  EXPECT_FALSE(secret.Encrypted(false));
}

TEST(Selection, ExpressionsSearchUnanchored) {
  const Selection selection(With(Rule::kEncryptedRegex, "ata"));
  EXPECT_TRUE(selection.MatchesKey("stringData-data"));
  EXPECT_TRUE(selection.MatchesKey("metadata"));
  EXPECT_FALSE(selection.MatchesKey("DATA"));
  EXPECT_TRUE(Selection(With(Rule::kEncryptedRegex, "(?i)DATA")).MatchesKey("metadata"));
  EXPECT_TRUE(Selection(With(Rule::kEncryptedRegex, R"(^\pL+\z)")).MatchesKey("größe"));
}

TEST(Selection, ExpressionsSeeAReplacementForEachByteThatIsNotUtf8) {
  EXPECT_TRUE(Selection(With(Rule::kEncryptedRegex, ".")).MatchesKey("\xFF"));
  EXPECT_TRUE(Selection(With(Rule::kEncryptedRegex, "^a.é.{3}\\x{FFFD}{2}b$"))
                  .MatchesKey("a\xFFé\xED\xA0\x80\xE2\x82"
                              "b"));
  EXPECT_FALSE(Selection(With(Rule::kEncryptedRegex, "^(ab)$"))
                   .MatchesKey("a\xFF"
                               "b"));
}

// What Go 1.26 takes and RE2 does not, or not so.
TEST(Selection, KnowsGosNamesOfUnicodeClasses) {
  struct Row {
    const char* pattern;
    const char* matches;
    const char* other;
  };
  for (const Row& row : {Row{R"(^\p{Letter}+$)", "größe", "a1"},
                         {R"(^\p{Uppercase_Letter}$)", "A", "a"},
                         {R"(^\p{lu}$)", "A", "a"},
                         {R"(^\pl$)", "a", "1"},
                         {R"(^\p{gr-ee_k}$)", "λ", "l"},
                         {R"(^\p{^ Letter}$)", "1", "a"},
                         {R"(^\P{^letter}$)", "a", "1"},
                         {R"(^[\p{digit}x-]+$)", "1x-", "y"},
                         {R"(^[^\p{Number}]$)", "a", "1"},
                         {R"(^\p{any}$)", "\U0010FFFF", ""},
                         {R"(^[\P{Any}a]$)", "a", "b"},
                         {R"(^\p{ASCII}$)", "a", "é"},
                         {R"(^[\P{ascii}]$)", "é", "a"},
                         {R"(^(?i)\P{ASCII}$)", "é", "k"},
                         {R"(^\p{LC}$)", "a", "中"},
                         {R"(^\P{Cased_Letter}$)", "中", "a"},
                         {R"(^[\P{LC}b]$)", "\u0378", "a"},
                         {R"(^\pC$)", "\u0378", "a"},
                         {R"(^[\p{Other}x]$)", "\u0378", "a"},
                         {R"(^\PC$)", "a", "\u0378"},
                         {R"(^\p{Cn}$)", "\u0378", "\n"},
                         {R"(^[\p{Unassigned}z]$)", "\U000E0FFF", "\u0377"},
                         {R"(^\p{Assigned}$)", "\u0377", "\u0378"},
                         {R"(^[\P{Assigned}z]$)", "\u0379", "\uE000"}}) {
    const Selection selection(With(Rule::kEncryptedRegex, row.pattern));
    EXPECT_TRUE(selection.MatchesKey(row.matches)) << row.pattern;
    EXPECT_FALSE(selection.MatchesKey(row.other)) << row.pattern;
  }
}

TEST(Selection, WhatGoRefusesMatchesNothing) {
  for (const char* pattern : {R"(\p{Old_Italic}|a)", R"(\p{}|a)", R"(\p{ }|a)", R"(\p{^^L}|a)",
                              R"(\p^|a)", R"(\p{L)", "(?P<é>a)", "(?<é>a)", "(?P<a b>a)",
                              "a|x{99999999999}", "a|x{1,99999999999}", "a|x{99999999999,}"}) {
    EXPECT_FALSE(Selection(With(Rule::kEncryptedRegex, pattern)).MatchesKey("a")) << pattern;
  }
  for (const char* pattern : {"a|x{,99999999999}", "a|x{099999999999}", R"(a|\Qx{99999999999}\E)",
                              "[ax{99999999999}]", "(?<n_1>a)"}) {
    EXPECT_TRUE(Selection(With(Rule::kEncryptedRegex, pattern)).MatchesKey("a")) << pattern;
  }
}

TEST(Selection, SaysWhenAnExpressionIsTooLarge) {
  EXPECT_THAT(Selection(With(Rule::kEncryptedRegex, R"(\pL{600}|a)")).Usable(), IsOk());
  EXPECT_TRUE(Selection(With(Rule::kEncryptedRegex, R"(\pL{600}|a)")).MatchesKey("a"));
  EXPECT_THAT(Selection(With(Rule::kEncryptedRegex, R"(\pL{1000}|a)")).Usable(),
              Fails(Code::kLimitExceeded, "takes too much memory"));
  const auto repeated = [](std::string_view text, int times) {
    std::string out;
    while (times-- > 0) out += text;
    return out;
  };
  EXPECT_THAT(Selection(With(Rule::kEncryptedRegex, repeated(R"(\pL)", 200))).Usable(), IsOk());
  for (const char* text : {R"([\pC])", R"(\PC)", R"([^\p{Cn}a])"}) {
    EXPECT_THAT(Selection(With(Rule::kEncryptedRegex, repeated(text, 1500))).Usable(),
                Fails(Code::kLimitExceeded, "takes too much memory"))
        << text;
  }
}

TEST(Selection, TheKubernetesExpressionMeansWhatItMeansToRe2) {
  // Written so that the second of each pair takes the general way.
  const std::pair<const char*, const char*> pairs[] = {
      {"^(data|stringData)$", "^(?:data|stringData)$"},
      {"^data$", "^(?:data)$"},
      {"^()$", "^(?:)$"},
      {"^$", "^(?:)$"},
      {"^(a||b)$", "^(?:a||b)$"},
      {"^(a-b|c_d|9)$", "^(?:a-b|c_d|9)$"}};
  for (const auto& [quick, general] : pairs) {
    const Selection a(With(Rule::kEncryptedRegex, quick));
    const Selection b(With(Rule::kEncryptedRegex, general));
    for (const char* key : {"data", "stringData", "", "a", "b", "xdata", "datax", "data\n", "a-b",
                            "c_d", "9", "data|stringData"}) {
      EXPECT_EQ(a.MatchesKey(key), b.MatchesKey(key)) << quick << " " << key;
    }
  }
}

TEST(Selection, WhatIsNoPlainWordIsAnExpression) {
  EXPECT_TRUE(Selection(With(Rule::kEncryptedRegex, "^(da.a)$")).MatchesKey("dada"));
  EXPECT_TRUE(Selection(With(Rule::kEncryptedRegex, "^da|ta$")).MatchesKey("data"));
  EXPECT_TRUE(Selection(With(Rule::kEncryptedRegex, "^da|ta$")).MatchesKey("dab"));
  EXPECT_TRUE(Selection(With(Rule::kEncryptedRegex, "^(a)(b)$")).MatchesKey("ab"));
  EXPECT_TRUE(Selection(With(Rule::kEncryptedRegex, "^(a|b)|(c|d)$")).MatchesKey("xd"));
  EXPECT_TRUE(Selection(With(Rule::kEncryptedRegex, "^a+$")).MatchesKey("aa"));
  EXPECT_FALSE(Selection(With(Rule::kEncryptedRegex, "^a\\$")).MatchesKey("a"));
}

// Each of these once looked for its end in all that follows. The metadata's limit, since RE2 does.
TEST(Selection, ReadsClassesThatDoNotEnd) {
  std::string pattern = "x[";
  for (int i = 0; i < 8'000; ++i) pattern += "[:";
  EXPECT_FALSE(Selection(With(Rule::kEncryptedRegex, pattern.c_str())).MatchesKey("x"));
}

TEST(Selection, ExpressionsHaveTheSyntaxOfGo) {
  struct Row {
    const char* pattern;
    const char* key;
    bool matches;
  };
  const Row rows[] = {
      {"(?<n>a)", "a", true},               // a group's name, since Go 1.22
      {"[(?<n>]x", "<x", true},             // the same characters as a class,
      {"[^](?<n>]x", "bx", true},           // where the first bracket is one of them,
      {"[[:alpha:](?<n>]{2}", "(a", true},  // where a class has a class,
      {"[[:](?<n>a)", ":a", true},          // where it only seems to have one,
      {R"(\Q(?<n>a)\E)", "(?<n>a)", true},  // as themselves,
      {R"(\Q(?<n>a))", "(?<n>a)", true},    //
      {R"(\(?<n>)", "(<n>", true},          // and behind a backslash
      {"(?<=a)b", "ab", false},             // what neither can
      {"(?<!a)b", "b", false},              //
      {R"(\C)", "a", false},                // a byte, which only RE2 can
      {R"(a|\C)", "a", false},              //
      {R"(\\C)", R"(\C)", true},            // a backslash and a letter
      {R"(\Q\C\E)", R"(\C)", true},         //
      {R"([\\C])", "C", true},              //
  };
  for (const Row& row : rows) {
    EXPECT_EQ(Selection(With(Rule::kEncryptedRegex, row.pattern)).MatchesKey(row.key), row.matches)
        << row.pattern;
  }
}

TEST(Selection, AnInvalidExpressionMatchesNothing) {
  for (const char* pattern : {"(", "(?=x)", "[", "a{1001}{1001}", "\\8"}) {
    const Selection selection(With(Rule::kEncryptedRegex, pattern));
    EXPECT_FALSE(selection.MatchesKey("x")) << pattern;
    EXPECT_FALSE(selection.MatchesKey(pattern)) << pattern;
  }
}

TEST(Selection, CommentsDecideUnderCommentRules) {
  const Selection encrypted(With(Rule::kEncryptedCommentRegex, "sops:enc"));
  EXPECT_TRUE(encrypted.ByComment());
  EXPECT_TRUE(encrypted.MatchesComment(" sops:enc"));
  EXPECT_FALSE(encrypted.MatchesKey("sops:enc"));
  EXPECT_FALSE(encrypted.CommentCountsForItself());
  const Selection plain(With(Rule::kUnencryptedCommentRegex, "plain"));
  EXPECT_TRUE(plain.CommentCountsForItself());
  EXPECT_FALSE(plain.Encrypted(true));
  EXPECT_FALSE(Selection(With(Rule::kEncryptedRegex, "x")).MatchesComment("x"));
}

}  // namespace
}  // namespace acd::sops
