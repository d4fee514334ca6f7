#include "plugin/jsonnet/imports.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace acd::jsonnet {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::string> Found(std::string_view program) {
  std::vector<std::string> found;
  for (const Import& import : FindImports(program)) {
    found.push_back((import.is_code ? "code " : "text ") + import.path);
  }
  return found;
}

TEST(FindImports, FindsEveryKind) {
  EXPECT_THAT(Found("import 'a' + importstr \"b\" + importbin 'c'"),
              ElementsAre("code a", "text b", "text c"));
  EXPECT_THAT(Found("(import'a')+import\n # x\n // y\n /* z */ 'b'"),
              ElementsAre("code a", "code b"));
}

TEST(FindImports, ResolvesEscapes) {
  EXPECT_THAT(Found(R"(import "a\u002fb\"\\\t\ud83d\ude00é")"), ElementsAre("code a/b\"\\\t😀é"));
  EXPECT_THAT(Found(R"(import @"a\b""c" + import @'d''e')"),
              ElementsAre("code a\\b\"c", "code d'e"));
}

TEST(FindImports, PassesOverStringsAndComments) {
  EXPECT_THAT(Found("# import 'a'\n// import 'b'\n/* import 'c' */ \"import 'd'\" + "
                    "'import \"e\"' + @'import \"f\"'"),
              IsEmpty());
  EXPECT_THAT(Found("important 'a' + x_import 'b' + 1import 'c'"), IsEmpty());
}

TEST(FindImports, PassesOverTextBlocks) {
  EXPECT_THAT(Found("local x = |||\n    import 'a'\n\n      \" more\n    \"\n  |||;\nimport 'b'"),
              ElementsAre("code b"));
  EXPECT_THAT(Found("|||-\n\n\t'\n||| + import 'b'"), ElementsAre("code b"));
}

TEST(FindImports, EndsAtAMistake) {
  EXPECT_THAT(Found("import 'a' + 'b\\"), ElementsAre("code a"));
  EXPECT_THAT(Found("import 'a' /* import 'b'"), ElementsAre("code a"));
  EXPECT_THAT(Found("import"), IsEmpty());
  EXPECT_THAT(Found("import @"), IsEmpty());
  EXPECT_THAT(Found("import '\\u12"), IsEmpty());
  EXPECT_THAT(Found("|||"), IsEmpty());
  EXPECT_THAT(Found("|||\n a\nb"), IsEmpty());
  EXPECT_THAT(Found("@ import 'a'"), ElementsAre("code a"));
}

TEST(FindImports, NeverCrashesOnACutText) {
  const std::string text =
      "import 'a\\u00e9' + @'x''y' + |||-\n  t\n||| + importstr \"\\ud83d\\ude00\"";
  for (std::size_t i = 0; i <= text.size(); ++i) FindImports(std::string_view(text).substr(0, i));
}

}  // namespace
}  // namespace acd::jsonnet
