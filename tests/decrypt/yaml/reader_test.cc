#include "decrypt/yaml/reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace acd::yaml {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

Result<std::vector<Document>> Read(std::string_view text) {
  return ReadStream(AsBytes(text), Limits{});
}

// A compact spelling of a tree, for comparison.
std::string Spell(const Node& node) {
  std::string text;
  switch (node.kind) {
    case Node::Kind::kScalar:
      text = node.plain ? "" : "'";
      return text + std::string(node.text.ExposeText());
    case Node::Kind::kSequence:
      for (const Node& item : node.items) text += (text.empty() ? "" : ",") + Spell(item);
      return "[" + text + "]";
    case Node::Kind::kMapping:
      for (const auto& [key, value] : node.members) {
        text += (text.empty() ? "" : ",") + Spell(key) + ":" + Spell(value);
      }
      return "{" + text + "}";
  }
  return {};
}

std::string SpellAll(std::string_view text) {
  const auto documents = Read(text);
  if (!documents) return "error: " + documents.error().message;
  std::string all;
  for (const Document& document : *documents) {
    all += (all.empty() ? "" : " | ") + Spell(document.root);
  }
  return all;
}

TEST(YamlReader, ReadsBlockAndFlowCollections) {
  EXPECT_EQ(SpellAll("a:\n- 1\n- b: 'x'\n  c: [d, {e: f}]\n"), "{a:[1,{b:'x,c:[d,{e:f}]}]}");
  EXPECT_EQ(SpellAll("- - a\n  - b\n-\n- ? k\n  : v\n"), "[[a,b],,{k:v}]");
  EXPECT_EQ(SpellAll("[a: b, c, ? d : e, ]"), "[{a:b},c,{d:e}]");
  EXPECT_EQ(SpellAll("{a, b: , \"c\":d}"), "{a:,b:,'c:d}");
}

TEST(YamlReader, FoldsAndUnescapesScalars) {
  EXPECT_EQ(SpellAll("a: one\n  two\n\n  three\n"), "{a:one two\nthree}");
  EXPECT_EQ(SpellAll("a: \"x\\n\\x41\\u00e9\\\n   y\"\n"), "{a:'x\nA\xC3\xA9y}");
  EXPECT_EQ(SpellAll("a: 'it''s\n\n  folded'\n"), "{a:'it's\nfolded}");
  EXPECT_EQ(SpellAll("a: |2-\n   x\n  y\n\n"), "{a:' x\ny}");
  EXPECT_EQ(SpellAll("a: >+\n  x\n  y\n\n   z\n\n"), "{a:'x y\n\n z\n\n}");
}

TEST(YamlReader, ExpandsAliasesInPlace) {
  EXPECT_EQ(SpellAll("a: &x [1, 2]\nb: *x\nc: {<<: *x}\n"), "{a:[1,2],b:[1,2],c:{<<:[1,2]}}");
}

TEST(YamlReader, RefusesAliasesThatExplodeOrRecur) {
  std::string bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 9; ++i) {
    bomb += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [";
    for (int j = 0; j < 10; ++j) bomb += "*a" + std::to_string(i - 1) + ", ";
    bomb += "]\n";
  }
  const auto bombed = Read(bomb);
  ASSERT_FALSE(bombed.has_value());
  EXPECT_EQ(bombed.error().code, Code::kLimitExceeded);
  EXPECT_THAT(bombed.error().message, HasSubstr("document contains excessive aliasing"));
  EXPECT_THAT(SpellAll("a: &x [*x]\n"), HasSubstr("line 1: anchor value contains itself"));
  EXPECT_THAT(SpellAll("\na: *x\n"), HasSubstr("line 2: unknown anchor"));
}

TEST(YamlReader, BoundsDepth) {
  Limits limits;
  limits.max_depth = 1000;
  const auto nested = [](std::size_t n) { return std::string(n, '[') + std::string(n, ']'); };
  EXPECT_TRUE(ReadStream(AsBytes(nested(1000)), limits).has_value());
  const auto deep = ReadStream(AsBytes(nested(1001)), limits);
  ASSERT_FALSE(deep.has_value());
  EXPECT_EQ(deep.error().code, Code::kLimitExceeded);
  EXPECT_THAT(deep.error().message, HasSubstr("exceeded max depth of 1000"));
}

TEST(YamlReader, SaysWhereEachDocumentsTextIs) {
  const std::string text =
      "# top\na: 1\n--- # second\nb: 2\n...\n# between\n--- {c: 3}\n---\n---\n%x";
  const auto documents = Read(text.substr(0, text.size() - 2));
  ASSERT_TRUE(documents.has_value()) << documents.error().message;
  std::vector<std::string> texts;
  for (const Document& d : *documents) texts.push_back(text.substr(d.begin, d.end - d.begin));
  EXPECT_THAT(texts, ElementsAre("# top\na: 1\n", "# second\nb: 2\n", "{c: 3}\n", "", ""));
  EXPECT_FALSE((*documents)[2].empty);
  EXPECT_TRUE((*documents)[3].empty);
}

TEST(YamlReader, MapsUtf16OffsetsToTheInput) {
  // "a: <U+1F600>\n---\nb: 1\n" in UTF-16LE.
  std::string text = "\xFF\xFE";
  for (const char c : std::string("a: ")) text += {c, '\0'};
  text += std::string("\x3D\xD8\x00\xDE", 4);
  for (const char c : std::string("\n---\nb: 1\n")) text += {c, '\0'};
  const auto documents = Read(text);
  ASSERT_TRUE(documents.has_value()) << documents.error().message;
  ASSERT_EQ(documents->size(), 2U);
  EXPECT_EQ((*documents)[0].begin, 2U);
  EXPECT_EQ((*documents)[0].end, 14U);
  EXPECT_EQ((*documents)[1].begin, 22U);
  EXPECT_EQ((*documents)[1].end, text.size());
  EXPECT_EQ(Spell((*documents)[0].root), "{a:\xF0\x9F\x98\x80}");
}

TEST(YamlReader, FindsNoDocumentInCommentsAlone) {
  const auto documents = Read("# nothing\n\n");
  ASSERT_TRUE(documents.has_value());
  EXPECT_THAT(*documents, IsEmpty());
}

TEST(YamlReader, AttachesComments) {
  const auto documents =
      Read("# head\na: 1 # line\n# foot\n\nb:\n  # inner\n  - x # item\n  # tail\n");
  ASSERT_TRUE(documents.has_value());
  const Node& root = (*documents)[0].root;
  EXPECT_THAT(root.members[0].first.head_comments, ElementsAre(" head"));
  EXPECT_THAT(root.members[0].second.line_comments, ElementsAre(" line"));
  EXPECT_THAT(root.members[0].first.foot_comments, ElementsAre(" foot"));
  const Node& item = root.members[1].second.items[0];
  EXPECT_THAT(item.head_comments, ElementsAre(" inner"));
  EXPECT_THAT(item.line_comments, ElementsAre(" item"));
  EXPECT_THAT(item.foot_comments, ElementsAre(" tail"));
}

TEST(YamlReader, NamesTheLineAndNeverTheText) {
  for (const std::string_view text :
       {"a: 1\nsecret: \"x\n", "a: 1\nsecret: 'x\n", "a: 1\nsecret: [x\n", "a: 1\n secret: x\n",
        "a: 1\n@secret\n", "a: 1\nsecret: \"\\q\"\n", "a: 1\nsecret: x: y\n", "a: 1\n\tsecret: x\n",
        "a: 1\nb: !secret!x y\n", "a: 1\nb: *secret\n"}) {
    const auto documents = Read(text);
    ASSERT_FALSE(documents.has_value()) << text;
    EXPECT_EQ(documents.error().code, Code::kInvalidInput);
    EXPECT_THAT(documents.error().message, HasSubstr("line "));
    EXPECT_THAT(documents.error().message, ::testing::Not(HasSubstr("secret"))) << text;
  }
}

struct Refusal {
  std::string_view text;
  std::string_view problem;
};

TEST(YamlReader, RefusesInTheWordsOfGoYaml) {
  const Refusal refusals[] = {
      {"%YAML 1.2\n---\na: 1\n", "found incompatible YAML document"},
      {"%YAML 1.1\n%YAML 1.1\n---\n", "found duplicate %YAML directive"},
      {"a: \"\\/\"\n", "found unknown escape character"},
      {"a: \"\\ud83d\\ude00\"\n", "found invalid Unicode character escape code"},
      {"a: \x01\n", "control characters are not allowed"},
      {"a: \xC3(\n", "invalid trailing UTF-8 octet"},
      {"a: b: c\n", "mapping values are not allowed in this context"},
      {"a: 1\n...\nb: 2\n", "did not find expected <document start>"},
      {"a: [1, 2\n", "did not find expected ',' or ']'"},
      {"a: !x!y z\n", "found undefined tag handle"},
      {"a: 'x\n--- y'\n", "found unexpected document indicator"},
      {"a:\n\t- x\n", "found character that cannot start any token"},
  };
  for (const Refusal& refusal : refusals) {
    EXPECT_THAT(SpellAll(refusal.text), HasSubstr(std::string(refusal.problem))) << refusal.text;
  }
}

Node Plain(std::string_view text, std::string tag = {}) {
  Node node;
  node.plain = true;
  node.tag = std::move(tag);
  node.text = SecretBytes::CopyOf(text);
  return node;
}

TEST(YamlResolve, DiffersBetweenGoYaml3AndYaml11) {
  for (const char* word : {"y", "Y", "yes", "No", "on", "OFF", "n", "N"}) {
    EXPECT_EQ(ResolveGoYaml3(Plain(word)), Type::kString) << word;
    EXPECT_EQ(ResolveYaml11(Plain(word)), Type::kBool) << word;
  }
  EXPECT_EQ(ResolveGoYaml3(Plain("12", "!")), Type::kInt);
  EXPECT_EQ(ResolveYaml11(Plain("12", "!")), Type::kString);
}

TEST(YamlResolve, KnowsTheTypesOfPlainScalars) {
  const std::pair<const char*, Type> cases[] = {
      {"", Type::kNull},
      {"~", Type::kNull},
      {"NULL", Type::kNull},
      {"nULL", Type::kString},
      {"true", Type::kBool},
      {"tRue", Type::kString},
      {"0", Type::kInt},
      {"-0", Type::kInt},
      {"017", Type::kInt},
      {"08", Type::kFloat},
      {"0x1F", Type::kInt},
      {"0X1f", Type::kInt},
      {"0o17", Type::kInt},
      {"0b101", Type::kInt},
      {"0b-1", Type::kInt},
      {"0x", Type::kString},
      {"1_000", Type::kInt},
      {"+5", Type::kInt},
      {"1.5", Type::kFloat},
      {"5.", Type::kFloat},
      {".5", Type::kFloat},
      {"1e3", Type::kFloat},
      {"1e", Type::kString},
      {"1e400", Type::kString},
      {"1e-400", Type::kFloat},
      {".e1", Type::kString},
      {".", Type::kString},
      {".5_0", Type::kFloat},
      {".5__0", Type::kString},
      {".inf", Type::kFloat},
      {"-.INF", Type::kFloat},
      {".nan", Type::kFloat},
      {"inf", Type::kString},
      {"1:30", Type::kString},
      {"<<", Type::kMerge},
      {"2001-12-14", Type::kTimestamp},
      {"2001-1-1", Type::kTimestamp},
      {"2001-13-14", Type::kString},
      {"2001-02-29", Type::kString},
      {"2000-02-29", Type::kTimestamp},
      {"2001-12-14t21:59:43.10-05:00", Type::kTimestamp},
      {"2001-12-14 21:59:43.10", Type::kTimestamp},
      {"2001-12-14 21:59:43.10 -5", Type::kString},
      {"2001-12-14T21:59:43", Type::kString},
      {"18446744073709551615", Type::kInt},
      {"18446744073709551616", Type::kFloat},
      {"0xFFFFFFFFFFFFFFFFF", Type::kString},
      {"-9223372036854775809", Type::kFloat},
  };
  for (const auto& [text, type] : cases) EXPECT_EQ(ResolveGoYaml3(Plain(text)), type) << text;
}

}  // namespace
}  // namespace acd::yaml
