#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <string>

#include "plugin/preview/line_diff.h"
#include "plugin/preview/object_diff.h"
#include "plugin/preview/unified.h"
#include "tests/plugin/preview/preview_test_support.h"

namespace acd::preview {
namespace {

using ::testing::HasSubstr;
using testing::Mask;
using ::testing::Not;
using testing::Objects;

std::string Hunks(const std::string& before, const std::string& after, std::size_t context = 3,
                  bool colour = false) {
  std::size_t added = 0;
  std::size_t removed = 0;
  return UnifiedHunks(before, after, {context, colour}, added, removed);
}

// What the changes make of the old text.
std::string Applied(const std::string& before, const std::string& after) {
  const auto old_lines = SplitLines(before);
  const auto new_lines = SplitLines(after);
  std::string out;
  std::size_t at = 0;
  for (const Change& change : DiffLines(old_lines, new_lines)) {
    for (; at < change.old_begin; ++at) out.append(old_lines[at]).append("\n");
    at += change.old_size;
    for (std::size_t i = 0; i < change.new_size; ++i) {
      out.append(new_lines[change.new_begin + i]).append("\n");
    }
  }
  for (; at < old_lines.size(); ++at) out.append(old_lines[at]).append("\n");
  return out;
}

TEST(LineDiff, ChangesMakeTheOneTextOfTheOther) {
  std::mt19937 random(3);
  for (int i = 0; i < 5000; ++i) {
    std::string texts[2];
    for (std::string& text : texts) {
      for (std::size_t size = random() % 12; size > 0; --size) {
        text += static_cast<char>('a' + random() % 4);
        text += '\n';
      }
    }
    EXPECT_EQ(Applied(texts[0], texts[1]), texts[1]) << texts[0];
  }
}

TEST(LineDiff, IsAsShortAsCanBe) {
  const auto before = SplitLines("a\nb\nc\na\nb\nb\na\n");
  const auto after = SplitLines("c\nb\na\nb\na\nc\n");
  std::size_t lines = 0;
  for (const Change& change : DiffLines(before, after)) lines += change.old_size + change.new_size;
  EXPECT_EQ(lines, 5U);  // the paper's own example
}

TEST(LineDiff, TextsThatAreFarApartAreReplacedWhole) {
  std::string before = "head\n";
  std::string after = "head\n";
  for (int i = 0; i < 20000; ++i) {
    before += "a" + std::to_string(i) + "\n";
    after += "b" + std::to_string(i) + "\n";
  }
  const auto changes = DiffLines(SplitLines(before + "tail\n"), SplitLines(after + "tail\n"));
  ASSERT_EQ(changes.size(), 1U);
  EXPECT_EQ(changes[0].old_begin, 1U);
  EXPECT_EQ(changes[0].old_size, 20000U);
}

TEST(Unified, IsTheFormatThatPatchReads) {
  EXPECT_EQ(Hunks("a\nb\nc\nd\ne\nf\ng\nh\ni\n", "a\nb\nc\nd\nE\nf\ng\nh\ni\nj\n", 1),
            "@@ -4,3 +4,3 @@\n d\n-e\n+E\n f\n@@ -9 +9,2 @@\n i\n+j\n");
  EXPECT_EQ(Hunks("", "a\n"), "@@ -0,0 +1 @@\n+a\n");
  EXPECT_EQ(Hunks("a\n", ""), "@@ -1 +0,0 @@\n-a\n");
  EXPECT_EQ(Hunks("a\n", "a\n"), "");
}

TEST(Unified, JoinsHunksWhoseContextMeets) {
  EXPECT_EQ(Hunks("a\nb\nc\n", "A\nb\nC\n", 1), "@@ -1,3 +1,3 @@\n-a\n+A\n b\n-c\n+C\n");
}

TEST(Unified, ColoursWholeLines) {
  EXPECT_EQ(Hunks("a\n", "b\n", 3, true),
            "\x1b[36m@@ -1 +1 @@\x1b[m\n\x1b[31m-a\x1b[m\n\x1b[32m+b\x1b[m\n");
}

std::string Named(const std::string& kind, const std::string& name, const std::string& rest) {
  return "apiVersion: v1\nkind: " + kind + "\nmetadata: {name: " + name + "}\n" + rest;
}

Presentation Masked(const Mask& mask) {
  return {[&mask](const Object& object) { return mask.masker.Apply(object); },
          [&mask](std::string_view text) { return mask.masker.Text(text); }};
}

std::vector<ObjectDifference> Compared(const std::vector<Object>& before,
                                       const std::vector<Object>& after, const Mask& mask) {
  return CompareObjects(MatchObjects(before, after), Masked(mask), {});
}

TEST(ObjectDiff, OrderAndFormattingMakeNoDifference) {
  const Mask mask({});
  EXPECT_TRUE(Compared(Objects({Named("ConfigMap", "c", "data: {a: '1', b: x}\n")}),
                       Objects({"{\"metadata\":{\"namespace\":\"shop\",\"name\":\"c\"},\"kind\":"
                                "\"ConfigMap\",\"apiVersion\":\"v1\",\"data\":{\"b\":\"x\",\"a\":"
                                "\"1\"}}"}),
                       mask)
                  .size() == 1U);  // it names its namespace, which is shown
  EXPECT_TRUE(Compared(Objects({Named("ConfigMap", "c", "data: {a: '1', b: x}\n")}),
                       Objects({"{\"metadata\":{\"name\":\"c\"},\"kind\":\"ConfigMap\","
                                "\"apiVersion\":\"v1\",\"data\":{\"b\":\"x\",\"a\":\"1\"}}"}),
                       mask)
                  .empty());
}

TEST(ObjectDiff, TellsAddedRemovedAndChanged) {
  const Mask mask({});
  const auto differences = Compared(
      Objects({Named("ConfigMap", "a", ""), Named("ConfigMap", "b", "data: {k: x}\n")}),
      Objects({Named("ConfigMap", "b", "data: {k: z}\n"), Named("ConfigMap", "c", "")}), mask);
  ASSERT_EQ(differences.size(), 3U);
  EXPECT_EQ(differences[0].kind, ObjectDifference::Kind::kRemoved);
  EXPECT_EQ(differences[0].label, "ConfigMap shop/a");
  EXPECT_THAT(differences[0].text, HasSubstr("--- old/ConfigMap/shop/a\n+++ /dev/null\n"));
  EXPECT_EQ(differences[1].kind, ObjectDifference::Kind::kChanged);
  EXPECT_THAT(differences[1].text, HasSubstr("-  k: x\n+  k: z\n"));
  EXPECT_EQ(differences[2].kind, ObjectDifference::Kind::kAdded);
}

TEST(ObjectDiff, ASecretsChangeShowsAndItsValueDoesNot) {
  const Mask mask({"hunter22", "hunter23"});
  const auto differences =
      Compared(Objects({Named("Secret", "s", "stringData: {a: hunter22, b: same}\n")}),
               Objects({Named("Secret", "s", "stringData: {a: hunter23, b: same}\n")}), mask);
  ASSERT_EQ(differences.size(), 1U);
  EXPECT_THAT(differences[0].text,
              HasSubstr("-  a: " + mask.Hash("hunter22") + "\n+  a: " + mask.Hash("hunter23") +
                        "\n   b: " + mask.Hash("same")));
  EXPECT_THAT(differences[0].text, Not(HasSubstr("hunter")));
}

TEST(ObjectDiff, GeneratedNamesAreMatchedByTheirStems) {
  const auto before = Objects({Named("Secret", "db-8h5k2mf9gt", "stringData: {a: x}\n")});
  const auto after = Objects({Named("Secret", "db-2k9g6c45tf", "stringData: {a: y}\n")});
  std::vector<Object> all = before;
  all.insert(all.end(), after.begin(), after.end());
  const Mask mask({}, all);
  const auto differences = Compared(before, after, mask);
  ASSERT_EQ(differences.size(), 1U);
  EXPECT_EQ(differences[0].kind, ObjectDifference::Kind::kChanged);
  EXPECT_THAT(differences[0].text, Not(HasSubstr("8h5k2mf9gt")));
}

TEST(ObjectDiff, OfDuplicatesTheLastCounts) {
  const Mask mask({});
  const auto twice =
      Objects({Named("ConfigMap", "c", "data: {a: x}\n"), Named("ConfigMap", "c", "")});
  EXPECT_TRUE(Compared(twice, Objects({Named("ConfigMap", "c", "")}), mask).empty());
}

TEST(ObjectDiff, NamesObeyNoTerminal) {
  const Mask mask({});
  const auto differences =
      Compared({}, Objects({Named("ConfigMap", "\"a\\e[31m\\nb\"", "")}), mask);
  ASSERT_EQ(differences.size(), 1U);
  EXPECT_EQ(differences[0].label, "ConfigMap shop/a?[31m?b");
  EXPECT_THAT(differences[0].text, Not(HasSubstr("\x1b")));
}

}  // namespace
}  // namespace acd::preview
