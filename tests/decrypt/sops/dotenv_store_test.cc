#include "decrypt/sops/stores/dotenv_store.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <string_view>

#include "tests/decrypt/sops/encrypt.h"
#include "tests/support/matchers.h"

namespace acd::sops {
namespace {

using acd::testing::Fails;
using testing::List;
using testing::Map;
using testing::Remark;
using testing::Show;
using testing::Text;

std::string Print(const Node& node) {
  const auto text = WriteDotenv(node);
  return text ? std::string(text->ExposeText()) : "error: " + text.error().message;
}

struct Case {
  std::string_view input, tree, printed;
};

// What sops 3.13.3 reads and prints.
TEST(DotenvStore, ReadsAndPrintsAsSopsDoes) {
  using namespace std::string_view_literals;
  const Case cases[] = {
      {"", "{}", ""},
      {"A=b\n", "{A: \"b\"}", "A=b\n"},
      {"A=b", "{A: \"b\"}", "A=b\n"},
      {"A = b \n", "{A : \" b \"}", "A = b \n"},
      {"export A='b'\n", "{export A: \"'b'\"}", "export A='b'\n"},
      {"A=b=c#d\n", "{A: \"b=c#d\"}", "A=b=c#d\n"},
      {"# c\n#\nA=1\n", "{#  c, # , A: \"1\"}", "# c\n#\nA=1\n"},
      {" # x=1\n", "{ # x: \"1\"}", " # x=1\n"},
      {"A=x\\ny\\\\nz\n", "{A: \"x\ny\\\nz\"}", "A=x\\ny\\\\nz\n"},
      {"\n\nA=1\n\n", "{A: \"1\"}", "A=1\n"},
      {"A=1\nA=2\n", "{A: \"1\", A: \"2\"}", "A=1\nA=2\n"},
      {"=x\n", "{: \"x\"}", "=x\n"},
      {"A=\n", "{A: \"\"}", "A=\n"},
      {"A\n", "error: invalid dotenv input line: A", ""},
      {"A=1\r\n", "{A: \"1\r\"}", "A=1\r\n"},
      {"A=1\r\n\r\n", "error: invalid dotenv input line: \r", ""},
      {"\357\273\277A=1\n", "{\357\273\277A: \"1\"}", "\357\273\277A=1\n"},
      {"A=\377\000\n"sv, "{A: \"\377\000\"}"sv, "A=\377\000\n"sv},
  };
  for (const Case& c : cases) {
    const auto node = ReadDotenv(AsBytes(c.input), Limits());
    if (c.tree.starts_with("error: ")) {
      // sops quotes the line; here its number has to do.
      EXPECT_THAT(node, Fails(Code::kInvalidInput, "invalid dotenv input line: line ")) << c.input;
      continue;
    }
    ASSERT_TRUE(node.has_value()) << c.input;
    EXPECT_EQ(Show(*node), c.tree) << c.input;
    EXPECT_EQ(Print(*node), c.printed) << c.input;
  }
}

TEST(DotenvStore, NamesTheLineWithoutQuotingIt) {
  const auto node = ReadDotenv(AsBytes("A=1\n\nhunter2\n"), Limits());
  ASSERT_THAT(node, Fails(Code::kInvalidInput, "invalid dotenv input line: line 3 has no `=`"));
  EXPECT_EQ(node.error().message.find("hunter2"), std::string::npos);
  EXPECT_EQ(node.error().hint, "");
  const auto windows = ReadDotenv(AsBytes("A=1\r\n\r\n"), Limits());
  ASSERT_THAT(windows, Fails(Code::kInvalidInput, "line 2"));
  EXPECT_THAT(windows.error().hint, ::testing::HasSubstr("carriage return"));
}

// As printed by `sops -d --output-type dotenv` of YAML.
TEST(DotenvStore, PrintsTheTypesOfOtherFormats) {
  EXPECT_EQ(Print(Map("i", Node(std::int64_t{-5}), "t", Node(true), "f", Node(false), "n", Node(),
                      "d", Node(Timestamp{"2001-12-14T21:59:43.1+02:00"}), "", Remark(" c"))),
            "i=-5\nt=true\nf=false\nn=<nil>\nd=2001-12-14T21:59:43+02:00\n# c\n");
  EXPECT_EQ(Print(Map("a", Node(1.0), "b", Node(1e5), "c", Node(1e6), "d", Node(123456.5), "e",
                      Node(1e-5), "f", Node(-0.0), "g", Node(INFINITY), "h", Node(NAN))),
            "a=1.0\nb=100000.0\nc=1E+06\nd=123456.5\ne=1E-05\nf=-0.0\ng=+Inf\nh=NaN\n");
  EXPECT_EQ(Print(Map("a", Text("x\\ny\nz"))), "a=x\\ny\\nz\n");
}

TEST(DotenvStore, RefusesWhatIsNotFlat) {
  EXPECT_EQ(Print(Map("a", Text("x"), "m", Map())),
            "error: cannot use complex value in dotenv file; offending key m");
  EXPECT_EQ(Print(Map("l", List())),
            "error: cannot use complex value in dotenv file; offending key l");
}

TEST(DotenvStore, BoundsBytesAndLines) {
  Limits limits;
  limits.max_document_bytes = 8;
  EXPECT_TRUE(ReadDotenv(AsBytes("A=123456"), limits).has_value());
  EXPECT_THAT(ReadDotenv(AsBytes("A=1234567"), limits), Fails(Code::kLimitExceeded, "8 bytes"));
  limits = Limits();
  limits.max_nodes = 2;
  EXPECT_TRUE(ReadDotenv(AsBytes("A=1\n\nB=2\n"), limits).has_value());
  EXPECT_THAT(ReadDotenv(AsBytes("A=1\nB=2\n#\n"), limits),
              Fails(Code::kLimitExceeded, "more than 2 dotenv lines"));
}

}  // namespace
}  // namespace acd::sops
