#include "decrypt/sops/stores/yaml_emitter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <string_view>
#include <utility>

#include "decrypt/sops/stores/yaml_store.h"
#include "tests/support/matchers.h"

namespace acd::sops {
namespace {

using acd::testing::Fails;
using acd::testing::IsOk;
using ::testing::StartsWith;

Node Str(std::string_view text) { return Node(SecretBytes::CopyOf(text)); }
Node Note(std::string_view text, bool is_inline = false) {
  return Node(Comment{SecretBytes::CopyOf(text), is_inline});
}

template <typename... Entries>
Node MapOf(Entries... entries) {
  Node::Map map;
  (map.push_back(std::move(entries)), ...);
  return Node(std::move(map));
}
template <typename... Items>
Node ListOf(Items... items) {
  Node::List list;
  (list.push_back(std::move(items)), ...);
  return Node(std::move(list));
}
Entry Member(std::string key, Node value) { return Entry{std::move(key), std::move(value)}; }
Entry NoteMember(std::string_view text, bool is_inline = false) {
  return Entry{{}, Note(text, is_inline)};
}

std::string Print(Node document, int indent = -1) {
  std::vector<Node> documents;
  documents.push_back(std::move(document));
  WriteOptions options;
  options.indent = indent;
  const auto text = WriteYaml(documents, options);
  return text ? std::string(text->ExposeText()) : "error: " + text.error().message;
}

std::string PrintString(std::string_view text) { return Print(MapOf(Member("a", Str(text)))); }

// The string that a YAML reader gets back from what is printed.
std::string RoundTrip(std::string_view text) {
  for (Node (*wrap)(Node) :
       {+[](Node n) { return MapOf(Member("a", std::move(n))); },
        +[](Node n) { return MapOf(Member("a", ListOf(std::move(n)))); },
        +[](Node n) { return MapOf(Member("a", ListOf(MapOf(Member("b", std::move(n)))))); }}) {
    const std::string printed = Print(wrap(Str(text)));
    auto documents = ReadYaml(AsBytes(printed), Limits{});
    if (!documents) return "error: " + documents.error().message + " in " + printed;
    const Node* node = &documents->front();
    for (;;) {
      if (const auto* map = node->As<Node::Map>()) {
        node = &map->front().value;
      } else if (const auto* list = node->As<Node::List>()) {
        node = &list->front();
      } else {
        break;
      }
    }
    const auto* back = node->As<SecretBytes>();
    if (back == nullptr || back->ExposeText() != text) return "changed by " + printed;
  }
  return std::string(text);
}

TEST(YamlEmitter, PrintsNumbersAsGo) {
  const std::pair<double, const char*> cases[] = {{1.0, "1"},
                                                  {1e21, "1e+21"},
                                                  {0.1, "0.1"},
                                                  {-0.0, "-0"},
                                                  {1e-7, "1e-07"},
                                                  {123456, "123456"},
                                                  {1234567, "1.234567e+06"},
                                                  {1e6, "1e+06"},
                                                  {999999.5, "999999.5"},
                                                  {0.0001, "0.0001"},
                                                  {0.00001, "1e-05"},
                                                  {1e100, "1e+100"},
                                                  {5e-324, "5e-324"},
                                                  {123456789.123456789, "1.2345678912345679e+08"}};
  for (const auto& [value, text] : cases) {
    EXPECT_EQ(Print(MapOf(Member("a", Node(value)))), "a: " + std::string(text) + "\n");
  }
  const double infinity = std::numeric_limits<double>::infinity();
  EXPECT_EQ(Print(MapOf(Member("a", Node(-infinity)))), "a: -.inf\n");
  EXPECT_EQ(Print(MapOf(Member("a", Node(std::int64_t{INT64_MIN})))), "a: -9223372036854775808\n");
}

// go-yaml parts a comment at the end of a document from what stands above by a blank line.
TEST(YamlEmitter, ABlankLineBeforeTheLastCommentIsNoPartOfTheText) {
  EXPECT_EQ(Print(MapOf(Member("a", ListOf(ListOf(Str("q")), Note("x"))))),
            "a:\n    - - q\n\n#x\n");
  EXPECT_EQ(Print(MapOf(Member("a", ListOf(ListOf(Str("q\nr\n")), Note("x"))))),
            "a:\n    - - |\n        q\n        r\n\n#x\n");
  EXPECT_EQ(Print(MapOf(Member("a", ListOf(ListOf(Str("q\n\n")), Note("x"))))),
            "a:\n    - - |+\n        q\n\n#x\n");
}

TEST(YamlEmitter, KeepsDataThatSopsLoses) {
  EXPECT_EQ(PrintString("\ttab\nnext\n"), "a: \"\\ttab\\nnext\\n\"\n");  // sops: null
  EXPECT_EQ(Print(MapOf(Member("a", ListOf(Str("\n lead"))))),  // sops: |4- above two columns
            "a:\n    - \"\\n lead\"\n");
  EXPECT_EQ(PrintString("\n lead"), "a: |4-\n\n     lead\n");
  EXPECT_EQ(Print(MapOf(Member("<<", Str("x")))), "\"<<\": x\n");  // sops: !!merge <<: x
  EXPECT_EQ(Print(MapOf(Member("<<", MapOf(Member("x", Node(true)))))),
            "!!merge <<:\n    x: true\n");
}

TEST(YamlEmitter, DoesNotDependOnTheVersionOfTheReader) {
  EXPECT_EQ(PrintString("a\xE2\x80\xA8"
                        "b"),
            "a: \"a\\Lb\"\n");
  EXPECT_EQ(PrintString("\xEF\xBB\xBFx"), "a: \"\\uFEFFx\"\n");
  for (const char* word : {"yes", "No", "on", "OFF", "y", "N", "1:30", "0o17", "1e3", "~", "null",
                           "2024-01-01", "123", "0x1F", ".5", "True"}) {
    EXPECT_EQ(PrintString(word), "a: \"" + std::string(word) + "\"\n");
  }
}

TEST(YamlEmitter, RoundTripsStrings) {
  for (const char* text : {"",
                           " ",
                           "\n",
                           "\n\n",
                           "\t",
                           "\t\n",
                           "a\n",
                           "a\n\n",
                           "\na",
                           "\n a\n",
                           "  a\nb",
                           "a \nb",
                           "a\n b\n",
                           "a\t\nb",
                           "a\n\tb\n",
                           "# a\nb",
                           "--- a\nb",
                           "a\n---\nb",
                           "...",
                           "a\r\nb",
                           "a: b",
                           "- a",
                           "? a",
                           ": a",
                           "a:",
                           "[a]",
                           "{a}",
                           "'a'",
                           "\"a\"",
                           "a # b",
                           "<<",
                           "!x",
                           "&x",
                           "*x",
                           "@x",
                           "`x",
                           "%x",
                           "a\xC2\x85"
                           "b",
                           "a\xE2\x80\xA9\nb\n",
                           "\xE2\x80\xA8x\ny\n",
                           "\xF0\x9F\x98\x80",
                           "\xFF\xFE",
                           "\xEF\xBB\xBF\n",
                           "a\xEF\xBF\xBF"}) {
    EXPECT_EQ(RoundTrip(text), text);
  }
  const std::string zero("a\0b", 3);
  EXPECT_EQ(RoundTrip(zero), zero);
  const std::string binary(300, '\xFE');
  EXPECT_EQ(RoundTrip(binary), binary);
}

TEST(YamlEmitter, BreaksBase64IntoLinesOfSeventyColumns) {
  EXPECT_EQ(PrintString("\xFF"), "a: !!binary /w==\n");
  const std::string printed = PrintString(std::string(54, '\xFF'));
  EXPECT_EQ(printed, "a: !!binary |\n    " + std::string(70, '/') + "\n    //\n");
}

TEST(YamlEmitter, IndentsAsAsked) {
  const auto tree = [] {
    return MapOf(Member(
        "a", MapOf(Member("b", ListOf(MapOf(Member("c", Str("x")), Member("d", Str("y\n"))))))));
  };
  EXPECT_EQ(Print(tree(), 2), "a:\n  b:\n    - c: x\n      d: |\n        y\n");
  EXPECT_EQ(Print(tree(), -1), "a:\n    b:\n        - c: x\n          d: |\n            y\n");
  EXPECT_EQ(Print(tree(), 1), Print(tree(), 2));  // go-yaml takes 2 to 9
  EXPECT_EQ(Print(tree(), 10), Print(tree(), 2));
}

TEST(YamlEmitter, PutsADecryptedCommentAboveAndAPlainOneBehind) {
  EXPECT_EQ(Print(MapOf(NoteMember(" above"), Member("a", Str("x")), NoteMember(" behind", true),
                        Member("b", Str("z")), NoteMember(" last"))),
            "# above\na: x\nb: z # behind\n# last\n");
}

TEST(YamlEmitter, PrintsCollectionsOfCommentsAlone) {
  EXPECT_EQ(Print(MapOf(Member("a", MapOf(NoteMember(" c"))))), "a: {\n    # c\n}\n");
}

TEST(YamlEmitter, MarksEveryLineOfACommentThatHoldsBreaks) {
  EXPECT_EQ(Print(MapOf(NoteMember(" one\ntwo"), Member("a", Str("x")))), "# one\n# two\na: x\n");
}

TEST(YamlEmitter, RefusesWhatYamlCannotHold) {
  EXPECT_THAT(Print(MapOf(NoteMember("\xFF"), Member("a", Str("x")))),
              StartsWith("error: yaml: a comment"));
  EXPECT_THAT(Print(MapOf(Member("a", Node(Unwalkable{"uint64"})))), StartsWith("error: yaml: "));
  EXPECT_THAT(Print(ListOf(Str("x"))), StartsWith("error: yaml: the document is no map"));
}

TEST(YamlEmitter, PrintsNothingForNoDocuments) {
  const auto text = WriteYaml({}, {});
  ASSERT_THAT(text, IsOk());
  EXPECT_TRUE(text->empty());
}

// Found by fuzzing: the second line became the first line of the text.
TEST(YamlEmitter, OnlyOneCommentLineStandsBehindALiteralBlock) {
  Node document = MapOf(NoteMember(" one", true), NoteMember(" two", true),
                        Member("a", Str("x\ny\n")), Member("b", Str("z")));
  EXPECT_EQ(Print(std::move(document)), "a: | # one\n    x\n    y\n# two\n\nb: z\n");
}

// Found by fuzzing: what is left over from the collection before stood between the key and the
// brackets, as in sops ("b: # c", and in the next line "{}" at its start).
TEST(YamlEmitter, LeftoverCommentsStandBehindEmptyCollections) {
  const auto noted_list = [] { return ListOf(Note(" c", true), ListOf(Str("x"))); };
  EXPECT_EQ(Print(MapOf(Member("a", noted_list()), Member("b", MapOf()))),
            "a:\n    - - x\nb: {} # c\n");
  EXPECT_EQ(Print(MapOf(Member("a", noted_list()), Member("b", ListOf()))),
            "a:\n    - - x\nb: [] # c\n");
  EXPECT_EQ(Print(MapOf(Member(
                "a", ListOf(Note(" c", true), ListOf(Str("x")), Note(" d", true), MapOf())))),
            "a:\n    - - x\n    - {} # c\n    # d\n");
  EXPECT_EQ(Print(MapOf(Member("a", noted_list()), Member("b", MapOf(NoteMember(" d"))))),
            "a:\n    - - x\nb: {\n    # d\n} # c\n");
  EXPECT_EQ(Print(MapOf(Member("a", noted_list()), Member(std::string(129, 'k'), MapOf()))),
            "a:\n    - - x\n? " + std::string(129, 'k') + "\n: {} # c\n");
  EXPECT_EQ(Print(MapOf(Member("a", ListOf(ListOf(Str("x")), Note(" c"))), Member("b", ListOf()))),
            "a:\n    - - x\nb: []\n# c\n");
}

TEST(YamlEmitter, LeftoverCommentsStandBeforeOtherValuesAsInSops) {
  const auto noted_list = [] { return ListOf(Note(" c", true), ListOf(Str("x"))); };
  EXPECT_EQ(Print(MapOf(Member("a", noted_list()), Member("b", MapOf(Member("d", Str("y")))))),
            "a:\n    - - x\nb: # c\n    d: \"y\"\n");
  EXPECT_EQ(Print(MapOf(Member("a", noted_list()), Member("b", Str("z")))),
            "a:\n    - - x\nb: z # c\n");
}

}  // namespace
}  // namespace acd::sops
