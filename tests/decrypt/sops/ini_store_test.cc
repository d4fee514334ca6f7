#include "decrypt/sops/stores/ini_store.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <string_view>

#include "tests/decrypt/sops/encrypt.h"
#include "tests/support/matchers.h"

namespace acd::sops {
namespace {

using acd::testing::Fails;
using testing::Documents;
using testing::List;
using testing::Map;
using testing::Remark;
using testing::Show;
using testing::Text;

template <typename... Nodes>
std::string Print(Nodes... nodes) {
  const auto text = WriteIni(Documents(std::move(nodes)...));
  return text ? std::string(text->ExposeText()) : "error: " + text.error().message;
}

struct Case {
  std::string_view input, tree, printed;
};

// What sops 3.13.3 reads and prints. Of errors, the words up to the text that they would quote.
TEST(IniStore, ReadsAndPrintsAsSopsDoes) {
  using namespace std::string_view_literals;
  const Case cases[] = {
      {"", "{DEFAULT: {}}", ""},
      {"a = b\n", "{DEFAULT: {a: \"b\"}}", "a = b\n"},
      {"a=b", "{DEFAULT: {a: \"b\"}}", "a = b\n"},
      {"a:b", "{DEFAULT: {a: \"b\"}}", "a = b\n"},
      {"a : b = c\n", "{DEFAULT: {a: \"b = c\"}}", "a = b = c\n"},
      {"[s]\na = 1\nlonger = 2\n[t]\n", "{DEFAULT: {}, s: {a: \"1\", longer: \"2\"}, t: {}}",
       "[s]\na      = 1\nlonger = 2\n\n[t]\n"},
      {"[s]\n[s]\na=1\n[s]\n", "{DEFAULT: {}, s: {}, s: {a: \"1\"}, s: {}}",
       "[s]\n\n[s]\na = 1\n\n[s]\n"},
      {"[DEFAULT]\na=1\n", "{DEFAULT: {}, DEFAULT: {a: \"1\"}}", "[DEFAULT]\na = 1\n"},
      {"[s]\na=1\nb=2\na=3\n", "{DEFAULT: {}, s: {a: \"3\", b: \"2\"}}", "[s]\na = 3\nb = 2\n"},
      {"  [s]  \n\t a =  b  \n", "{DEFAULT: {}, s: {a: \"b\"}}", "[s]\na = b\n"},
      {"; top\n[s]\n# one\na = 1\n", "{DEFAULT: {}, s: {# top, a: \"1\", # one}}",
       "; top\n[s]\n; one\na = 1\n"},
      {"a = 1\n; last\n", "{DEFAULT: {a: \"1\"}}", "a = 1\n"},
      {"# x\n\n; y\na = 1\n", "{DEFAULT: {a: \"1\", # x\n; y}}", "; x\n; y\na = 1\n"},
      {"; \n[s]\na=1\n", "{DEFAULT: {}, s: {# , a: \"1\"}}", "[s]\na = 1\n"},
      {"a = b ; c\n", "{DEFAULT: {a: \"b\", # c}}", "; c\na = b\n"},
      {"a = b#c\n", "{DEFAULT: {a: \"b\", # c}}", "; c\na = b\n"},
      {"a = b\\#c\n", "{DEFAULT: {a: \"b\\\", # c}}", "; c\na = b\\\n"},
      {"; p\na = b ; c\n", "{DEFAULT: {a: \"b\", # p\n; c}}", "; p\n; c\na = b\n"},
      {"[s] ; c\na=1\n", "{DEFAULT: {}, s: {# c, a: \"1\"}}", "; c\n[s]\na = 1\n"},
      {"[s] x\n", "{DEFAULT: {}, s: {}}", "[s]\n"},
      {"[a]b]c] # d ] e\n", "{DEFAULT: {}, a]b]c] # d : {}}", "[a]b]c] # d ]\n"},
      {"a = \"q\"\n", "{DEFAULT: {a: \"q\"}}", "a = q\n"},
      {"a = 'q'\n", "{DEFAULT: {a: \"q\"}}", "a = q\n"},
      {"a = \"q\n", "{DEFAULT: {a: \"\"q\"}}", "a = \"q\n"},
      {"a = \"x#y\"\n", "{DEFAULT: {a: \"\"x\", # y\"}}", "; y\"\na = \"x\n"},
      {"a = \"x\"y\"\n", "{DEFAULT: {a: \"\"x\"y\"\"}}", "a = \"x\"y\"\n"},
      {"a = \"\"\n", "{DEFAULT: {a: \"\"}}", "a = \n"},
      {"a = \" sp \"\n", "{DEFAULT: {a: \" sp \"}}", "a = \" sp \"\n"},
      {"a = `b#c` ; d\n", "{DEFAULT: {a: \"b#c\"}}", "a = `b#c`\n"},
      {"a = `b\nc` ; d\n", "{DEFAULT: {a: \"b\nc\", # d}}", "; d\na = \"\"\"b\nc\"\"\"\n"},
      {"a = \"\"\"b`c\"\"\"\n", "{DEFAULT: {a: \"b`c\"}}", "a = \"\"\"b`c\"\"\"\n"},
      {"a = \"\"\"b\nc\n\"\"\" # d\n", "{DEFAULT: {a: \"b\nc\n\", # d}}",
       "; d\na = \"\"\"b\nc\n\"\"\"\n"},
      {"a = \"\"\"\n\"\"\"\n", "{DEFAULT: {a: \"\n\"}}", "a = \"\"\"\n\"\"\"\n"},
      {"a = \"\"\"", "{DEFAULT: {a: \"\"\"\"\"}}", "a = \"\"\"\n"},
      {"a = `", "error: Could not unmarshal input data: missing closing key quote", ""},
      {"a = `b\nc", "error: Could not unmarshal input data: missing closing key quote", ""},
      {"a = \"\"\"b\n\"\"\" \\\nc\"\"\"\n", "{DEFAULT: {a: \"b\n\"\"\" \\\nc\"}}",
       "a = \"\"\"b\n\"\"\" \\\nc\"\"\"\n"},
      {"a = b \\\n  c \\\nd\ne=1\n", "{DEFAULT: {a: \"b c d\", e: \"1\"}}", "a = b c d\ne = 1\n"},
      {"a = b\\\n\nc=1\n", "{DEFAULT: {a: \"b\", c: \"1\"}}", "a = b\nc = 1\n"},
      {"a = b\\", "{DEFAULT: {a: \"b\"}}", "a = b\n"},
      {"a = b\\\n; no comment\n", "{DEFAULT: {a: \"b; no comment\"}}", "a = `b; no comment`\n"},
      {"\"k\" = v\n", "{DEFAULT: {k: \"v\"}}", "k = v\n"},
      {"`k=1` = v\n", "{DEFAULT: {k=1: \"v\"}}", "`k=1` = v\n"},
      {"\"\"\"k`\"\"\" = v\n", "{DEFAULT: {k`: \"v\"}}", "\"\"\"k`\"\"\" = v\n"},
      {"\"k=1\":v\n", "{DEFAULT: {k=1: \"v\"}}", "`k=1` = v\n"},
      {"\"k = v\n", "error: Could not unmarshal input data: missing closing key quote", ""},
      {"\"k\" v\n", "error: Could not unmarshal input data: key-value delimiter not found", ""},
      {"\"\" = v\n",
       "error: Could not unmarshal input data: error creating new key: empty key name", ""},
      {"= v\n", "error: Could not unmarshal input data: empty key name", ""},
      {"novalue\n", "error: Could not unmarshal input data: key-value delimiter not found", ""},
      {"[s\n", "error: Could not unmarshal input data: unclosed section", ""},
      {"[]\n", "error: Could not unmarshal input data: empty section name", ""},
      {"- = a\n- = b\n[s]\n- = c\n", "{DEFAULT: {#1: \"a\", #2: \"b\"}, s: {#1: \"c\"}}",
       "#1 = a\n#2 = b\n\n[s]\n#1 = c\n"},
      {"a\n= b\n", "error: Could not unmarshal input data: key-value delimiter not found", ""},
      {"\357\273\277a=1\n", "{DEFAULT: {a: \"1\"}}", "a = 1\n"},
      {"a=1\r\nb = \"x\"\r\n[s]\r\n", "{DEFAULT: {a: \"1\", b: \"x\"}, s: {}}",
       "a = 1\nb = x\n\n[s]\n"},
      {"# x\r\n# y\r\na=1\r\n", "{DEFAULT: {a: \"1\", # x\r\n# y}}", "; x\n# y\na = 1\n"},
      {"a=\302\240b\343\200\200\n", "{DEFAULT: {a: \"b\"}}", "a = b\n"},
      {"\302\240a=1\n", "{DEFAULT: {a: \"1\"}}", "a = 1\n"},
      {"a=\377\n", "{DEFAULT: {a: \"\377\"}}", "a = \377\n"},
      {"a=x\000y\n"sv, "{DEFAULT: {a: \"x\000y\"}}"sv, "a = x\000y\n"sv},
      {"a = %(b)s\nb = 1\n", "{DEFAULT: {a: \"%(b)s\", b: \"1\"}}", "a = %(b)s\nb = 1\n"},
      {"a =\n", "{DEFAULT: {a: \"\"}}", "a = \n"},
      {"a = \\n\n", "{DEFAULT: {a: \"\\n\"}}", "a = \\n\n"},
  };
  for (const Case& c : cases) {
    auto node = ReadIni(AsBytes(c.input), Limits());
    if (c.tree.starts_with("error: ")) {
      EXPECT_THAT(node, Fails(Code::kInvalidInput, std::string(c.tree.substr(7)))) << c.input;
      continue;
    }
    ASSERT_TRUE(node.has_value()) << c.input;
    EXPECT_EQ(Show(*node), c.tree) << c.input;
    EXPECT_EQ(Print(std::move(*node)), c.printed) << c.input;
  }
}

// There sops ends with a panic.
TEST(IniStore, KeepsACommentThatBeginsWithAnEmptyLine) {
  auto node = ReadIni(AsBytes("#\n# the file\n#\n[s]\n#\n# one\na = 1\n"), Limits());
  ASSERT_TRUE(node.has_value());
  EXPECT_EQ(Print(std::move(*node)), "; \n# the file\n# \n[s]\n; \n# one\na = 1\n");
}

TEST(IniStore, NamesTheLineWithoutQuotingIt) {
  const auto node = ReadIni(AsBytes("a = \"\"\"x\ny\n\"\"\"\nhunter2\n"), Limits());
  EXPECT_THAT(node, Fails(Code::kInvalidInput, "key-value delimiter not found: line 4"));
  EXPECT_EQ(node.error().message.find("hunter2"), std::string::npos);
  EXPECT_THAT(ReadIni(AsBytes("\na = `hunter2\n\nx"), Limits()),
              Fails(Code::kInvalidInput, "missing closing key quote from line 2: line 4"));
}

// As printed by `sops -d --output-type ini` of YAML.
TEST(IniStore, PrintsTheTypesOfOtherFormats) {
  EXPECT_EQ(Print(Map("m",
                      Map("", Remark(" c1"), "", Remark(" c2"), "s", Text("x"), "", Remark(" inl"),
                          "i", Node(std::int64_t{5}), "f", Node(1e21), "g", Node(1e5), "n", Node(),
                          "t", Node(Timestamp{"2001-12-14T21:59:43.1+02:00"})),
                      "default",
                      Map("x", Text("a`b"), "k=1", Text("a#b"), "q\"", Text(" sp "), "bt`",
                          Text("l1\nl2")))),
            ";  c1\n[m]\n; inl\ns = x\ni = 5\nf = 1E+21\ng = 100000.0\nn = <nil>\n"
            "t = 2001-12-14T21:59:43+02:00\n\n[default]\nx         = \"\"\"a`b\"\"\"\n"
            "`k=1`     = `a#b`\n`q\"`      = \" sp \"\n\"\"\"bt`\"\"\" = \"\"\"l1\nl2\"\"\"\n");
  EXPECT_EQ(Print(Map("Default", Map("a", Text("x")))), "a = x\n");
  EXPECT_EQ(Print(Map("", Remark("lost in sops too"), "DEFAULT", Map(), "s", Map())), "[s]\n");
}

TEST(IniStore, PrintsDeeperValuesAsGoDoes) {
  EXPECT_EQ(
      Print(Map("m", Map("l",
                         List(Text("a"), Node(std::int64_t{1}), Node(1.5), Node(true), Node(),
                              Node(Timestamp{"2001-12-14T00:00:00Z"}),
                              Node(Timestamp{"2001-12-14T21:59:43.1-05:30"}),
                              Map("k", Text("v"), "w", Node(std::int64_t{1})), List(Text("x")),
                              Node(1e6), Remark(" c")),
                         "mm", Map("", Remark(" h"), "k", Text("v")), "e", Map(), "el", List()))),
      "[m]\nl  = [a 1 1.5 true <nil> 2001-12-14 00:00:00 +0000 UTC "
      "2001-12-14 21:59:43.1 -0530 -0530 [{k v} {w 1}] [x] 1e+06 { c false}]\n"
      "mm = [{{ h false} <nil>} {k v}]\ne  = []\nel = []\n");
}

TEST(IniStore, PrintsTheSectionsOfEveryDocument) {
  EXPECT_EQ(Print(Map("a", Map("x", Text("1"))), Map("a", Map("y", Text("2")))),
            "[a]\nx = 1\n\n[a]\ny = 2\n");
  EXPECT_EQ(Print(Map("a", Map("x", Text("1"), "y", Text("2"), "x", Text("3")))),
            "[a]\nx = 3\ny = 2\n");
}

TEST(IniStore, RefusesWhatHasNoSections) {
  const std::string not_maps =
      "error: Error marshaling to INI: Error encoding section: Section values should always be "
      "TreeBranches";
  EXPECT_EQ(Print(Map("a", Text("x"))), not_maps);
  EXPECT_EQ(Print(Map("a", Map(), "b", List())), not_maps);
  EXPECT_EQ(Print(Map("a", Node())), not_maps);
  EXPECT_EQ(Print(Map("", Map())),
            "error: Error marshaling to INI: Error encoding section : empty section name");
  EXPECT_EQ(Print(Map("a", Map("", Text("x")))),
            "error: Error marshaling to INI: Error encoding key: error creating new key: empty "
            "key name");
}

TEST(IniStore, BoundsBytesKeysAndAlignment) {
  Limits limits;
  limits.max_document_bytes = 6;
  EXPECT_TRUE(ReadIni(AsBytes("a = 12"), limits).has_value());
  EXPECT_THAT(ReadIni(AsBytes("a = 123"), limits), Fails(Code::kLimitExceeded, "6 bytes"));
  limits = Limits();
  limits.max_nodes = 3;
  EXPECT_TRUE(ReadIni(AsBytes("[s]\na = 1 ; c\n"), limits).has_value());
  EXPECT_THAT(ReadIni(AsBytes("[s]\na = 1 ; c\nb=2\n"), limits),
              Fails(Code::kLimitExceeded, "more than 3 values"));
  Node::Map wide;
  for (int i = 0; i < 1000; ++i) wide.push_back(Entry{"k" + std::to_string(i), Text("")});
  wide.push_back(Entry{std::string(1 << 20, 'k'), Text("")});
  const auto printed = WriteIni(Documents(Map("s", Node(std::move(wide)))));
  EXPECT_THAT(printed, Fails(Code::kLimitExceeded, "INI text would be larger"));
}

// As printed by `sops -d --output-type ini --extract`.
TEST(IniStore, PrintsAValueAsCompactJson) {
  const auto value = [](Node node, Format read_as = Format::kYaml) {
    const auto text = WriteIniValue(node, read_as);
    return text ? std::string(text->ExposeText()) : "error: " + text.error().message;
  };
  EXPECT_EQ(value(Node(std::int64_t{5})), "5");
  EXPECT_EQ(value(Node(1e21)), "1e+21");
  EXPECT_EQ(value(Node()), "null");
  EXPECT_EQ(value(Node(Timestamp{"2001-12-14T21:59:43.1+02:00"})),
            "\"2001-12-14T21:59:43.1+02:00\"");
  EXPECT_EQ(value(List()), "null");
  EXPECT_EQ(value(List(Remark(" hh"), Text("<a>"), Node(true), List(Text("x")), Node(1e6),
                       Map("k", Text("v"), "w", Node(std::int64_t{1})))),
            R"([{"Value":" hh","Inline":false},"\u003ca\u003e",true,["x"],1000000,)"
            R"([{"Key":"k","Value":"v"},{"Key":"w","Value":1}]])");
  EXPECT_EQ(value(List(Map(), List())), "[[],null]");
  EXPECT_EQ(value(List(Map(), List()), Format::kJson), "[null,null]");
  EXPECT_EQ(value(Node(INFINITY)), "error: json: unsupported value: +Inf");
}

}  // namespace
}  // namespace acd::sops
