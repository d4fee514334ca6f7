#include "decrypt/sops/extract.h"

#include <gtest/gtest.h>

#include <string>

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

std::string Found(std::string_view path) {
  Node document = Map("a", Text("x"), "b", List(Text("0"), Map("c", Node(true)), Remark("r")), "",
                      Remark("comment"), "d e", Map());
  const auto parsed = ParseTreePath(path);
  if (!parsed) return parsed.error().message;
  const auto found = Truncate(document, *parsed);
  return found ? Show(**found) : found.error().message;
}

TEST(Extract, FollowsNamesAndIndices) {
  EXPECT_EQ(Found(R"(["a"])"), "\"x\"");
  EXPECT_EQ(Found(R"(['b'][1]["c"])"), "true");
  EXPECT_EQ(Found(R"(["b"][2])"), "# r");
  EXPECT_EQ(Found(R"(["b"][+02])"), "# r");
  EXPECT_EQ(Found(R"(["d e"])"), "{}");
  EXPECT_EQ(Found(R"(["a'])"), "\"x\"") << "sops does not look at the closing quote";
  EXPECT_EQ(Found("").substr(0, 7), "{a: \"x\"");
}

TEST(Extract, FailsInSopsWordsWhereSopsMayCrash) {
  EXPECT_EQ(Found(R"(["x"])"), "error truncating tree: component ['x'] not found");
  EXPECT_EQ(Found(R"([""])"), "error truncating tree: component [''] not found");
  EXPECT_EQ(Found(R"(["b"][9])"), "error truncating tree: component [9] accesses out of bounds");
  EXPECT_EQ(Found(R"(["b"][-1])"), "error truncating tree: component [-1] accesses out of bounds");
  EXPECT_EQ(Found(R"(["a"][0])"),
            "error truncating tree: component [0] is integer, but tree part is not a slice");
  EXPECT_EQ(Found(R"(["a"]["x"])"),
            "error truncating tree: component ['x'] is a name, but tree part is not a map");
}

TEST(Extract, RefusesMalformedPaths) {
  for (const char* path : {"b", "[\"b", "[]", "[\"]", "[b]", "[-]", "[1x]", "[\"b\"] [0]",
                           "[99999999999999999999]", "a[0]"}) {
    EXPECT_THAT(ParseTreePath(path), Fails(Code::kInvalidInput, "error parsing --extract path: "))
        << path;
  }
  EXPECT_THAT(ParseTreePath("[\"b"),
              Fails(Code::kInvalidInput, "component \"b doesn't end with ]"));
}

}  // namespace
}  // namespace acd::sops
