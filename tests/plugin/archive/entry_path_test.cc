#include "plugin/archive/entry_path.h"

#include "tests/support/matchers.h"

namespace acd::archive {
namespace {

using acd::testing::Fails;

TEST(EntryPath, CleansByText) {
  const std::pair<const char*, const char*> rows[] = {
      {"", "."},
      {".", "."},
      {"./", "."},
      {"a", "a"},
      {"./a", "a"},
      {"a/", "a"},
      {"a//b/./c/", "a/b/c"},
      {"a/../b", "b"},
      {"a/b/../..", "."},
      {"..a/b..", "..a/b.."},
      {"a/.../b", "a/.../b"},
      {" ", " "},
  };
  for (const auto& [name, clean] : rows) {
    const auto path = EntryPath(name);
    ASSERT_THAT(path, acd::testing::IsOk()) << name;
    EXPECT_EQ(*path, clean) << name;
  }
}

TEST(EntryPath, RefusesWhatLeadsOut) {
  for (const char* name : {"..", "../a", "a/../..", "a/../../a", "/", "/a", "//", "./../.."}) {
    EXPECT_THAT(EntryPath(name), Fails(Code::kInvalidInput, "illegal filepath in archive")) << name;
  }
}

TEST(LinkTarget, IsTheShortestWayFromTheLinksFolder) {
  struct Row {
    const char* link;
    const char* target;
    const char* stored;
  };
  const Row rows[] = {
      {"l", "a", "a"},
      {"l", ".", "."},
      {"l", "a/../b/", "b"},
      {"d/l", "..", ".."},
      {"d/l", "../d", "."},
      {"d/l", "../d/x", "x"},
      {"d/l", "../e/x", "../e/x"},
      {"a/b/l", "../c/../b/x", "x"},
      {"a/b/l", "x/../../..", "../.."},
      {"ab/l", "../a", "../a"},
  };
  for (const Row& row : rows) {
    const auto target = LinkTarget(row.link, row.target);
    ASSERT_THAT(target, acd::testing::IsOk()) << row.link << " -> " << row.target;
    EXPECT_EQ(*target, row.stored) << row.link << " -> " << row.target;
  }
}

TEST(LinkTarget, RefusesWhatLeadsOut) {
  for (const char* target : {"../..", "../../d", "/", "/d/x", "x/../../../y"}) {
    EXPECT_THAT(LinkTarget("d/l", target), Fails(Code::kInvalidInput, "in symlink: d/l")) << target;
  }
}

TEST(Printable, KeepsUtf8AndEscapesTheRest) {
  EXPECT_EQ(Printable("gr\xc3\xbcn"), "gr\xc3\xbcn");
  EXPECT_EQ(Printable("a\tb\x7f\xff"), "a\\x09b\\x7f\\xff");
  EXPECT_EQ(Printable(std::string(500, 'x')), std::string(200, 'x') + "...");
}

}  // namespace
}  // namespace acd::archive
