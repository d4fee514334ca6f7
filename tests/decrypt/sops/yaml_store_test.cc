#include "decrypt/sops/stores/yaml_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <malloc.h>

#include <cmath>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/matchers.h"

namespace acd::sops {
namespace {

using acd::testing::Fails;
using acd::testing::IsOk;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

Result<std::vector<Node>> Read(std::string_view text, Limits limits = {}) {
  return ReadYaml(AsBytes(text), limits);
}

std::string Printed(const Result<std::vector<Node>>& documents) {
  if (!documents) return "error: " + documents.error().message;
  const auto printed = WriteYaml(*documents, {});
  if (!printed) return "error: " + printed.error().message;
  return std::string(printed->ExposeText());
}

/// Also where it stands, as views, with something behind the NUL that ends it.
std::string Reprint(std::string_view text) {
  std::string lasting(text);
  lasting += "#stale\nstale: stale\n";
  lasting.resize(text.size());
  SecretBytes kept;
  const auto views = ReadYaml(Content::Lasting(lasting), {}, &kept);
  const std::string printed = Printed(Read(text));
  EXPECT_EQ(Printed(views), printed);
  return printed;
}

TEST(YamlStore, WhatIsReadWhereItStandsIsReadTheSame) {
  const std::string text =
      "---  # head\n# c\n\na: &x {b: [1, '2', \"\\x41\"], ? c : d}  # line\n# foot\n? - |2-\n    "
      "e\n\n"
      "  - >+\n   f\n   g\n\n: *x\n# last\nh: !!str i\n  j # k\nl: 'l''m'\n...\n---\nn: 1 # "
      "o\np:\n   # q";
  for (std::size_t size = 0; size <= text.size(); ++size) {
    (void)Reprint(text.substr(0, size));
    (void)Reprint(text.substr(0, size) + "\n#");
    (void)Reprint(text.substr(0, size) + " # rest");
  }
}

// Lists in lists stand on one line, however deep: room for their indentation would be gigabytes.
TEST(YamlStore, RoomForTheOutputGrowsWithTheDocumentOnly) {
  std::string text = "a: [";
  for (int i = 0; i < 200; ++i) {
    text += std::string(900, '[') + "x" + std::string(900, ']') + (i < 199 ? "," : "");
  }
  const auto documents = Read(text + "]");
  ASSERT_THAT(documents, IsOk());
  const auto before = mallinfo2().uordblks;
  const auto printed = WriteYaml(*documents, {});
  ASSERT_THAT(printed, IsOk());
  EXPECT_LT(mallinfo2().uordblks - before, 20 * text.size());
}

/// A file, and what sops 3.13.3 prints after it has read it: the tree in between is the same.
struct Sample {
  const char* name;
  std::string_view text;
  std::string_view printed;
};

class YamlStoreSample : public ::testing::TestWithParam<Sample> {};

TEST_P(YamlStoreSample, PrintsWhatSopsPrints) {
  EXPECT_EQ(Reprint(GetParam().text), GetParam().printed);
}

TEST_P(YamlStoreSample, ReadsItsOwnOutputAsTheSame) {
  EXPECT_EQ(Reprint(GetParam().printed), GetParam().printed);
}

const Sample kSamples[] = {
    {"CommentsOfMembers",
     "# top\n"
     "\n"
     "# head of a\n"
     "a: 1 # behind a\n"
     "# foot of a\n"
     "\n"
     "# head of b\n"
     "b:\n"
     "  # head of c\n"
     "  c: x # behind c\n"
     "  # foot of c\n"
     "# foot of b\n",
     "# top\n"
     "# head of a\n"
     "a: 1 # behind a\n"
     "# foot of a\n"
     "# head of b\n"
     "b:\n"
     "    # head of c\n"
     "    c: x # behind c\n"
     "    # foot of c\n"
     "# foot of b\n"},
    {"CommentsOfItems",
     "list:\n"
     "  # head\n"
     "  - a # behind\n"
     "  # between\n"
     "  - # of the map\n"
     "    k: v\n"
     "  - [x, y] # behind a list\n"
     "  # foot\n"
     "\n"
     "next: 1\n",
     "list:\n"
     "    # head\n"
     "    - a # behind\n"
     "    # between\n"
     "    # of the map\n"
     "    - k: v\n"
     "    - - x\n"
     "      - \"y\"\n"
     "next: 1 # behind a list\n"
     "# foot\n"},
    {"CommentBehindAKeyWithANestedValue",
     "a: # behind\n"
     "  b: 1\n"
     "c: # behind c\n"
     "  - x\n"
     "d: # only\n",
     "# behind\n"
     "a:\n"
     "    b: 1\n"
     "# behind c\n"
     "c:\n"
     "    - x\n"
     "# only\n"
     "d: null\n"},
    {"CommentsOfFlowCollections",
     "a: [ # lost\n"
     "  1, # one\n"
     "  # two\n"
     "  2 ]\n"
     "b: {x: 1, # ex\n"
     "  y: 2 # why\n"
     "  }\n",
     "a:\n"
     "    - 1 # one\n"
     "    # two\n"
     "    - 2\n"
     "b:\n"
     "    x: 1 # ex\n"
     "    \"y\": 2 # why\n"},
    {"CommentsIndentedOtherwise",
     "a:\n"
     "  b:\n"
     "    c: 1\n"
     "    # deep\n"
     "  # middle\n"
     "# top\n"
     "d: 2\n",
     "a:\n"
     "    b:\n"
     "        c: 1\n"
     "        # deep\n"
     "    # middle\n"
     "# top\n"
     "d: 2\n"},
    {"CommentsOfEmptyValues",
     "a: # of a\n"
     "c: [] # of c\n"
     "d: '' # of d\n",
     "# of a\n"
     "a: null\n"
     "c: []\n"
     "# of c\n"
     "d: \"\" # of d\n"},
    {"EncryptedComments",
     "#ENC[AES256_GCM,data:a,iv:b,tag:c,type:comment]\n"
     "a: ENC[AES256_GCM,data:a,iv:b,tag:c,type:str] "
     "#ENC[AES256_GCM,data:d,iv:b,tag:c,type:comment]\n"
     "l:\n"
     "- ENC[AES256_GCM,data:a,iv:b,tag:c,type:comment]\n"
     "- ENC[AES256_GCM,data:a,iv:b,tag:c,type:str]\n",
     "#ENC[AES256_GCM,data:a,iv:b,tag:c,type:comment]\n"
     "a: ENC[AES256_GCM,data:a,iv:b,tag:c,type:str] "
     "#ENC[AES256_GCM,data:d,iv:b,tag:c,type:comment]\n"
     "l:\n"
     "    - ENC[AES256_GCM,data:a,iv:b,tag:c,type:comment]\n"
     "    - ENC[AES256_GCM,data:a,iv:b,tag:c,type:str]\n"},
    {"CommentsOfACrlfFile",
     "# one\r\n"
     "# two\r\n"
     "a: 1 # three\r\n"
     "\r\n"
     "# four\r\n"
     "b: 2\r\n",
     "# one\n"
     "# two\n"
     "a: 1 # three\n"
     "# four\n"
     "b: 2\n"},
    {"SeveralDocuments",
     "# first\n"
     "a: 1\n"
     "---\n"
     "# second\n"
     "b: 2\n"
     "---\n"
     "---\n"
     "~\n"
     "--- {c: 3}\n"
     "...\n"
     "---\n"
     "d: 4\n",
     "# first\n"
     "a: 1\n"
     "---\n"
     "# second\n"
     "b: 2\n"
     "---\n"
     "{}\n"
     "---\n"
     "{}\n"
     "---\n"
     "c: 3\n"
     "---\n"
     "d: 4\n"},
    {"DocumentOfCommentsAlone",
     "a: 1\n"
     "---\n"
     "# nothing here\n",
     "a: 1\n"
     "# nothing here\n"
     "---\n"
     "{}\n"},
    {"DuplicateKeysBehindTheFirstDocument",
     "a: 1\n"
     "---\n"
     "b: 1\n"
     "b: 2\n",
     "a: 1\n"
     "---\n"
     "b: 1\n"
     "b: 2\n"},
    {"BlockScalars",
     "a: |\n"
     "  x\n"
     "  y\n"
     "b: |-\n"
     "  x\n"
     "c: |+\n"
     "  x\n"
     "\n"
     "d: >\n"
     "  x\n"
     "  y\n"
     "\n"
     "  z\n"
     "e: |2\n"
     "   x\n"
     "  y\n"
     "f: \"\"\n"
     "g: |+\n"
     "\n"
     "h: 1\n",
     "a: |\n"
     "    x\n"
     "    y\n"
     "b: x\n"
     "c: |+\n"
     "    x\n"
     "\n"
     "d: |\n"
     "    x y\n"
     "    z\n"
     "e: |4\n"
     "     x\n"
     "    y\n"
     "f: \"\"\n"
     "g: |4+\n"
     "\n"
     "h: 1\n"},
    {"StringsThatLookLikeOtherThings",
     "a: '1'\n"
     "b: 'true'\n"
     "c: 'null'\n"
     "d: '~'\n"
     "e: 'yes'\n"
     "f: 'n'\n"
     "g: 'OFF'\n"
     "h: '1:30'\n"
     "i: '2001-12-14'\n"
     "j: '0x1F'\n"
     "k: '.inf'\n"
     "l: '1e3'\n"
     "m: '08'\n"
     "n: '<<'\n"
     "o: ''\n"
     "p: '1_000'\n"
     "q: 0o8\n"
     "r: 1e400\n",
     "a: \"1\"\n"
     "b: \"true\"\n"
     "c: \"null\"\n"
     "d: \"~\"\n"
     "e: \"yes\"\n"
     "f: \"n\"\n"
     "g: \"OFF\"\n"
     "h: \"1:30\"\n"
     "i: \"2001-12-14\"\n"
     "j: \"0x1F\"\n"
     "k: \".inf\"\n"
     "l: \"1e3\"\n"
     "m: \"08\"\n"
     "\"n\": !!merge <<\n"
     "o: \"\"\n"
     "p: \"1_000\"\n"
     "q: 0o8\n"
     "r: 1e400\n"},
    {"StringsThatNeedQuotes",
     "a: ' x'\n"
     "b: 'x '\n"
     "c: '# x'\n"
     "d: 'x #y'\n"
     "e: 'x: y'\n"
     "f: 'x:'\n"
     "g: '- x'\n"
     "h: '-'\n"
     "i: '?'\n"
     "j: '? x'\n"
     "k: '!x'\n"
     "l: '*x'\n"
     "m: '@x'\n"
     "n: \"a\\tb\"\n"
     "o: \"it's\"\n"
     "p: \"'\"\n"
     "q: '--- x'\n"
     "r: '...'\n"
     "s: '%x'\n"
     "t: '[x'\n"
     "u: 'x, y'\n"
     "v: '-x'\n"
     "w: ':x'\n"
     "x: 'a#b'\n"
     "z: '`'\n",
     "a: ' x'\n"
     "b: 'x '\n"
     "c: '# x'\n"
     "d: 'x #y'\n"
     "e: 'x: y'\n"
     "f: 'x:'\n"
     "g: '- x'\n"
     "h: '-'\n"
     "i: '?'\n"
     "j: '? x'\n"
     "k: '!x'\n"
     "l: '*x'\n"
     "m: '@x'\n"
     "\"n\": \"a\\tb\"\n"
     "o: it's\n"
     "p: ''''\n"
     "q: '--- x'\n"
     "r: '...'\n"
     "s: '%x'\n"
     "t: '[x'\n"
     "u: x, y\n"
     "v: -x\n"
     "w: :x\n"
     "x: a#b\n"
     "z: '`'\n"},
    {"EscapedCharacters",
     "a: \"\\0\\a\\b\\e\\x7f\\x80\\N\"\n"
     "b: \"caf\\u00e9 \\u00a0\"\n"
     "c: \"\\U0001F600\"\n"
     "d: \"x\\ufeff\"\n"
     "e: \"\\uffff\"\n"
     "f: \"cr\\r\\nnext\"\n"
     "g: \"trail \\nnext\"\n"
     "h: \"\\n lead\"\n"
     "i: \"\\\\ \\\"\\v\"\n",
     "a: \"\\0\\a\\b\\e\\x7F\\x80\\N\"\n"
     "b: caf\303\251 \302\240\n"
     "c: \"\\U0001F600\"\n"
     "d: \"x\\uFEFF\"\n"
     "e: \"\\uFFFF\"\n"
     "f: \"cr\\r\\nnext\"\n"
     "g: \"trail \\nnext\"\n"
     "h: |4-\n"
     "\n"
     "     lead\n"
     "i: \"\\\\ \\\"\\v\"\n"},
    {"Numbers",
     "a: 1.0\n"
     "b: 1e21\n"
     "c: -1.5\n"
     "d: -0\n"
     "e: 1e-7\n"
     "f: 123456789.123456789\n"
     "g: 1000000.0\n"
     "h: 999999.5\n"
     "i: 0.0001\n"
     "j: .inf\n"
     "k: -.INF\n"
     "l: .nan\n"
     "m: 0x1F\n"
     "n: 0o17\n"
     "o: 017\n"
     "p: 0b101\n"
     "q: 1_000\n"
     "r: +5\n"
     "s: 08\n"
     "t: 5.\n"
     "u: .5\n"
     "v: 9223372036854775807\n"
     "w: -9223372036854775808\n"
     "x: 18446744073709551616\n"
     "z: 1e-400\n",
     "a: 1\n"
     "b: 1e+21\n"
     "c: -1.5\n"
     "d: 0\n"
     "e: 1e-07\n"
     "f: 1.2345678912345679e+08\n"
     "g: 1e+06\n"
     "h: 999999.5\n"
     "i: 0.0001\n"
     "j: .inf\n"
     "k: -.inf\n"
     "l: .nan\n"
     "m: 31\n"
     "\"n\": 15\n"
     "o: 15\n"
     "p: 5\n"
     "q: 1000\n"
     "r: 5\n"
     "s: 8\n"
     "t: 5\n"
     "u: 0.5\n"
     "v: 9223372036854775807\n"
     "w: -9223372036854775808\n"
     "x: 1.8446744073709552e+19\n"
     "z: 0\n"},
    {"Timestamps",
     "a: 2001-12-14\n"
     "b: 2001-12-14T21:59:43.10-05:00\n"
     "c: 2001-12-14t21:59:43Z\n"
     "d: 2001-12-14 21:59:43.5\n"
     "e: 2001-1-2\n"
     "f: 2001-12-14 21:59:43.10 -5\n"
     "g: 2001-02-29\n"
     "h: 2001-12-14T1:2:3,25+00:00\n",
     "a: 2001-12-14T00:00:00Z\n"
     "b: 2001-12-14T21:59:43.1-05:00\n"
     "c: 2001-12-14T21:59:43Z\n"
     "d: 2001-12-14T21:59:43.5Z\n"
     "e: 2001-01-02T00:00:00Z\n"
     "f: 2001-12-14 21:59:43.10 -5\n"
     "g: 2001-02-29\n"
     "h: 2001-12-14T01:02:03.25Z\n"},
    {"Tags",
     "a: !!str 123\n"
     "b: !!int \"12\"\n"
     "c: !!float 3\n"
     "d: !custom foo\n"
     "e: ! 12\n"
     "f: !!binary aGVsbG8=\n"
     "g: !!binary /wD+\n"
     "h: !!null null\n"
     "i: !x [1]\n"
     "j: !!timestamp \"2001-01-01\"\n",
     "a: \"123\"\n"
     "b: 12\n"
     "c: 3\n"
     "d: foo\n"
     "e: 12\n"
     "f: hello\n"
     "g: !!binary /wD+\n"
     "h: null\n"
     "i:\n"
     "    - 1\n"
     "j: 2001-01-01T00:00:00Z\n"},
    {"LongBinary",
     "a: !!binary "
     "/wAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
     "AAAAAAAAA==\n",
     "a: !!binary |\n"
     "    /wAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n"
     "    AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA==\n"},
    {"AliasesAndMergeKeys",
     "base: &b {x: 1, y: [1, 2]}\n"
     "copy: *b\n"
     "merged:\n"
     "  <<: *b\n"
     "  z: 2\n"
     "s: &s text\n"
     "t: *s # behind\n",
     "base:\n"
     "    x: 1\n"
     "    \"y\":\n"
     "        - 1\n"
     "        - 2\n"
     "copy:\n"
     "    x: 1\n"
     "    \"y\":\n"
     "        - 1\n"
     "        - 2\n"
     "merged:\n"
     "    !!merge <<:\n"
     "        x: 1\n"
     "        \"y\":\n"
     "            - 1\n"
     "            - 2\n"
     "    z: 2\n"
     "s: text\n"
     "t: text # behind\n"},
    {"Keys",
     "'a b': 1\n"
     "'x: y': 2\n"
     "'1': 3\n"
     "'true': 4\n"
     "'': 5\n"
     "'-': 6\n"
     "'#h': 7\n"
     "y: 8\n"
     "kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk"
     "kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk: 9\n"
     "kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk"
     "kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk: 10\n"
     "\"two\\nlines\": 11\n"
     "? z\n"
     ": 12\n",
     "a b: 1\n"
     "'x: y': 2\n"
     "\"1\": 3\n"
     "\"true\": 4\n"
     "\"\": 5\n"
     "'-': 6\n"
     "'#h': 7\n"
     "\"y\": 8\n"
     "kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk"
     "kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk: 9\n"
     "? "
     "kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk"
     "kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk\n"
     ": 10\n"
     "? |-\n"
     "    two\n"
     "    lines\n"
     ": 11\n"
     "z: 12\n"},
    {"NestedSequences",
     "a:\n"
     "- - 1\n"
     "  - - 2\n"
     "- - x: 1\n"
     "    y:\n"
     "    - z\n"
     "-\n"
     "- {}\n"
     "- []\n",
     "a:\n"
     "    - - 1\n"
     "      - - 2\n"
     "    - - x: 1\n"
     "        \"y\":\n"
     "            - z\n"
     "    - null\n"
     "    - {}\n"
     "    - []\n"},
    {"FlowCollections", "{a: [1, {b: c}, \"x\":y, k: v], d: {e, f: }}\n",
     "a:\n"
     "    - 1\n"
     "    - b: c\n"
     "    - x: \"y\"\n"
     "    - k: v\n"
     "d:\n"
     "    e: null\n"
     "    f: null\n"},
    {"MultiLinePlainAndQuoted",
     "a: one\n"
     "  two\n"
     "\n"
     "  three\n"
     "b: 'x\n"
     "\n"
     "  y'\n"
     "c: \"x \\\n"
     "  y\"\n",
     "a: |-\n"
     "    one two\n"
     "    three\n"
     "b: |-\n"
     "    x\n"
     "    y\n"
     "c: x y\n"},
};

INSTANTIATE_TEST_SUITE_P(Sops, YamlStoreSample, ::testing::ValuesIn(kSamples),
                         [](const auto& sample) { return std::string(sample.param.name); });

const Node::Map& RootOf(const std::vector<Node>& documents) {
  return *documents.front().As<Node::Map>();
}

// The value of the first member.
Node ReadValue(std::string_view text) {
  auto documents = Read("v: " + std::string(text) + "\n");
  if (!documents) return Node(Unwalkable{documents.error().message});
  return std::move((*documents->front().As<Node::Map>())[0].value);
}

std::string Text(const Node& node) {
  const auto* text = node.As<SecretBytes>();
  return text == nullptr ? "(no text)" : std::string(text->ExposeText());
}

TEST(YamlStore, GivesScalarsTheirTypes) {
  EXPECT_TRUE(ReadValue("~").Is<Node::Null>());
  EXPECT_TRUE(ReadValue("").Is<Node::Null>());
  EXPECT_TRUE(*ReadValue("True").As<bool>());
  EXPECT_EQ(*ReadValue("0x1F").As<std::int64_t>(), 31);
  EXPECT_EQ(*ReadValue("-9223372036854775808").As<std::int64_t>(), INT64_MIN);
  EXPECT_EQ(*ReadValue("1.5").As<double>(), 1.5);
  EXPECT_TRUE(std::isnan(*ReadValue(".nan").As<double>()));
  EXPECT_TRUE(std::signbit(*ReadValue("-0.0").As<double>()));
  EXPECT_EQ(ReadValue("2001-12-14t1:2:3,250Z").As<Timestamp>()->rfc3339, "2001-12-14T01:02:03.25Z");
  EXPECT_EQ(Text(ReadValue("yes")), "yes");
  EXPECT_EQ(Text(ReadValue("\"5\"")), "5");
  EXPECT_EQ(Text(ReadValue("!!binary AP8=")), std::string("\0\xFF", 2));
  EXPECT_EQ(ReadValue("18446744073709551615").As<Unwalkable>()->go_type, "uint64");
}

TEST(YamlStore, PutsCommentsBeforeWhatTheyBelongTo) {
  const auto documents = Read("# head\na: 1 # behind\nl:\n- x # item\n# foot\n");
  ASSERT_THAT(documents, IsOk());
  const Node::Map& root = RootOf(*documents);
  ASSERT_EQ(root.size(), 4U);
  EXPECT_EQ(root[0].value.As<Comment>()->text.ExposeText(), " head");
  EXPECT_FALSE(root[0].value.As<Comment>()->is_inline);
  EXPECT_EQ(root[1].value.As<Comment>()->text.ExposeText(), " behind");
  EXPECT_TRUE(root[1].value.As<Comment>()->is_inline);
  EXPECT_EQ(root[2].key, "a");
  const auto& list = *root[3].value.As<Node::List>();
  ASSERT_EQ(list.size(), 3U);
  EXPECT_TRUE(list[0].As<Comment>()->is_inline);
  EXPECT_EQ(Text(list[1]), "x");
  EXPECT_EQ(list[2].As<Comment>()->text.ExposeText(), " foot");
}

TEST(YamlStore, ReadsNoDocumentFromNothing) {
  const auto documents = Read("");
  ASSERT_THAT(documents, IsOk());
  EXPECT_TRUE(documents->empty());
  EXPECT_THAT(Read("# only\n\n"), Fails(Code::kInvalidInput, "EOF"));
}

TEST(YamlStore, KeepsAnchorsFromDocumentToDocument) {
  EXPECT_EQ(Reprint("a: &x 1\n---\nb: *x\n"), "a: 1\n---\nb: 1\n");
  EXPECT_EQ(Reprint("&x {a: 1}\n--- # c\n*x\n"), "a: 1\n---\n# c\na: 1\n");
}

TEST(YamlStore, ReadsUtf16AndAByteOrderMark) {
  EXPECT_EQ(Reprint("\xEF\xBB\xBF"
                    "a: 1\n"),
            "a: 1\n");
  EXPECT_EQ(Reprint(std::string_view("\xFE\xFF\0a\0:\0 \x20\xAC\0\n", 12)), "a: \xE2\x82\xAC\n");
}

TEST(YamlStore, RefusesInTheWordsOfSops) {
  const std::pair<std::string_view, const char*> cases[] = {
      {"- a\n", "line 1: cannot unmarshal !!seq into map[string]interface {}"},
      {"a\n", "cannot unmarshal !!str into map[string]interface {}"},
      {"a: 1\n---\n- a\n", "YAML documents that are sequences are not supported"},
      {"a: 1\n---\nx\n", "YAML documents that are values are not supported"},
      {"a: 1\nb: 1\na: 2\n", "line 3: mapping key \"a\" already defined at line 1"},
      {"a:\n- b: {c: 1, c: 2}\n", "line 2: mapping key \"c\" already defined at line 2"},
      {"sops: {}\nsops: {}\n", "mapping key \"sops\" already defined"},
      {"a: !!int abc\n", "line 1: cannot decode !!str as a !!int"},
      {"a: !!binary x\n", "!!binary value contains invalid base64 data"},
      {"<<: 1\n", "map merge requires map or sequence of maps as the value"},
      {"a: {[x]: y}\n", "invalid map key"},
      {"[x]: y\n", "cannot unmarshal !!seq into string"},
      {"a: &x [*x]\n", "anchor value contains itself"},
      {"a: 1\n---\nb: &x {c: *x}\n", "anchor value contains itself"},
  };
  for (const auto& [text, words] : cases) {
    EXPECT_THAT(Read(text), Fails(Code::kInvalidInput, words)) << text;
  }
}

TEST(YamlStore, TellsKeysThatAreNoStrings) {
  const auto documents = Read(
      "1: {yes: x}\ntrue: x\n1.5: x\n2001-01-01: x\nnull: x\n18446744073709551615: x\n\"2\": x\n"
      "sops: {2: x}\n---\n[a]: x\n{a: b}: x\n!!null sops: x\n");
  ASSERT_THAT(documents, IsOk());
  std::vector<std::string> keys;
  for (const Node& document : *documents) {
    for (const Entry& entry : *document.As<Node::Map>()) {
      keys.push_back(entry.key +
                     (entry.key_type == nullptr ? "" : std::string(" ") + entry.key_type));
    }
  }
  EXPECT_THAT(keys, ElementsAre("1 int", "true bool", "1.5 float64", "2001-01-01 time.Time",
                                "null <nil>", "18446744073709551615 uint64", "2", "sops",
                                " []interface {}", " map[string]interface {}", "sops <nil>"));
}

TEST(YamlStore, EndsAliasBombsEarly) {
  for (const std::string& prefix : {std::string(), std::string("a: 1\n---\n")}) {
    std::string bomb = prefix + "a0: &a0 [x, x, x, x, x, x, x, x, x]\n";
    for (int i = 1; i < 10; ++i) {
      bomb += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [";
      for (int j = 0; j < 9; ++j) bomb += "*a" + std::to_string(i - 1) + ", ";
      bomb += "]\n";
    }
    EXPECT_THAT(Read(bomb), Fails(Code::kLimitExceeded, "document contains excessive aliasing"));
  }
}

// sops does not judge them; what is no bomb is read.
TEST(YamlStore, TakesAliasesInLaterDocumentsAsTheyAre) {
  std::string text = "a: 1\n---\nx0: &x0 [n, n]\n";
  for (int i = 1; i < 15; ++i) {
    const std::string from = "*x" + std::to_string(i - 1);
    text +=
        "x" + std::to_string(i) + ": &x" + std::to_string(i) + " [" + from + ", " + from + "]\n";
  }
  EXPECT_THAT(Read(text), IsOk());
  EXPECT_THAT(Read(text.substr(text.find("x0"))),
              Fails(Code::kLimitExceeded, "excessive aliasing"));
}

// Each of them is no bomb; a file of some kilobytes must not become millions of nodes all the same.
TEST(YamlStore, BoundsAliasesOfAllLaterDocumentsTogether) {
  std::string text = "a: 1\n";
  for (int document = 0; document < 10; ++document) {
    text += "---\nx0: &x0 [n, n]\n";
    for (int i = 1; i < 15; ++i) {
      const std::string from = "*x" + std::to_string(i - 1);
      text +=
          "x" + std::to_string(i) + ": &x" + std::to_string(i) + " [" + from + ", " + from + "]\n";
    }
  }
  EXPECT_THAT(Read(text), Fails(Code::kLimitExceeded, "excessive aliasing"));
}

// What is copied with an alias, from the document before as well: its nodes, texts and comments.
TEST(YamlStore, BoundsWhatAliasesCopyInAllDocumentsTogether) {
  const auto repeat = [](std::string_view text, int times) {
    std::string out;
    while (times-- > 0) out += text;
    return out;
  };
  Limits limits;
  limits.max_nodes = 10'000;
  limits.max_document_bytes = 100'000;
  const std::string items = "a: &x [" + repeat("1,", 1000) + "]\n";
  const std::string own = "---\nc: [" + repeat("1,", 100) + "]\nb: *x\n";
  EXPECT_THAT(Read(items + repeat(own, 20), limits), IsOk());
  EXPECT_THAT(Read(items + repeat(own, 100), limits),
              Fails(Code::kLimitExceeded, "document contains excessive aliasing"));
  const std::string text = "a: &x " + std::string(50'000, 'x') + "\n";
  EXPECT_THAT(Read(text + repeat("---\nb: *x\n", 3), limits),
              Fails(Code::kLimitExceeded, "document contains excessive aliasing"));
  EXPECT_THAT(Read(text + "---\nb: [" + repeat("{*x : 1},", 3) + "]\n", limits),
              Fails(Code::kLimitExceeded, "document contains excessive aliasing"));
  const std::string comments = "a: &x\n" + repeat("# c\n", 3000) + "  k: v\n";
  EXPECT_THAT(Read(comments + "b: *x\n", limits), IsOk());
  EXPECT_THAT(Read(comments + "b: [*x, *x, *x, *x]\n", limits),
              Fails(Code::kLimitExceeded, "document contains excessive aliasing"));
  const std::string long_comment = "a: &x\n# " + std::string(50'000, 'c') + "\n  k: v\n";
  EXPECT_THAT(Read(long_comment + "b: [*x, *x, *x]\n", limits),
              Fails(Code::kLimitExceeded, "document contains excessive aliasing"));
  EXPECT_THAT(Read(repeat("# c\n", 10'001) + "a: 1\n", limits),
              Fails(Code::kLimitExceeded, "more than 10000 lines of comments"));
}

TEST(YamlStore, BoundsCopiesOfALongText) {
  Limits limits;
  limits.max_document_bytes = 10'000;
  std::string text = "a: &a " + std::string(1000, 'x') + "\nb: [";
  for (int i = 0; i < 50; ++i) text += "*a, ";
  EXPECT_THAT(Read(text + "]\n", limits),
              Fails(Code::kLimitExceeded, "document contains excessive aliasing"));
}

TEST(YamlStore, BoundsDepthAndSize) {
  const auto nested = [](int n) {
    return "a: " + std::string(static_cast<std::size_t>(n), '[') +
           std::string(static_cast<std::size_t>(n), ']') + "\n";
  };
  EXPECT_THAT(Read(nested(999)), IsOk());
  EXPECT_THAT(Read(nested(1000)), Fails(Code::kLimitExceeded, "exceeded max depth of 1000"));
  EXPECT_THAT(Read(nested(20'000)), Fails(Code::kLimitExceeded, "exceeded max depth of 1000"));
  std::string dashes;
  for (int i = 0; i < 20'000; ++i) dashes += "- ";
  EXPECT_THAT(Read("a:\n " + dashes + "x\n"), Fails(Code::kLimitExceeded, "max depth"));
  Limits limits;
  limits.max_document_bytes = 9;
  EXPECT_THAT(Read("a: 1\nb: 2\n", limits), Fails(Code::kLimitExceeded, "more than 9 bytes"));
  limits = {};
  limits.max_nodes = 10;
  EXPECT_THAT(Read("a: [1, 2, 3, 4, 5, 6, 7, 8]\n", limits),
              Fails(Code::kLimitExceeded, "more than 10"));
}

TEST(YamlStore, PrintsTheDeepestTreeItReads) {
  const std::string text = "a: " + std::string(998, '[') + "x" + std::string(998, ']') + "\n";
  EXPECT_THAT(Reprint(text), HasSubstr("- - - - x\n"));
}

// Every prefix of a file with everything in it is read or refused, never a crash; the sanitizers
// watch.
TEST(YamlStore, SurvivesEveryTruncation) {
  const std::string text =
      "%TAG !e! tag:x,2000:\n--- # c\n\"q\\u00e9\": 'it''s' # d\n? |-\n  k\n: >+\n  v\n\n"
      "a: &x [1, {b: c}, ? d : e]\nb: *x\nc: !e!t !<y> !!str z\n- \xC3\xA9\n...\n---\nx:\n\t- y\n";
  for (std::size_t i = 0; i <= text.size(); ++i) {
    const auto documents = Read(text.substr(0, i));
    if (!documents) continue;
    EXPECT_THAT(WriteYaml(*documents, {}), IsOk()) << i;
  }
}

TEST(YamlStore, SurvivesEveryFlippedBit) {
  const std::string text =
      "# h\na: \"x\\n\" # c\nb:\n  - {k: [1, 'y']}\n  - |\n    t\n    u\n&a c: *a\n";
  for (std::size_t i = 0; i < text.size() * 8; ++i) {
    std::string damaged = text;
    damaged[i / 8] = static_cast<char>(damaged[i / 8] ^ (1 << (i % 8)));
    const auto documents = Read(damaged);
    if (!documents) continue;
    const auto printed = WriteYaml(*documents, {});
    ASSERT_THAT(printed, IsOk());
    EXPECT_THAT(ReadYaml(printed->Expose(), Limits{}), IsOk()) << damaged;
  }
}

}  // namespace
}  // namespace acd::sops
