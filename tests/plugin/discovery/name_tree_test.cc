#include "plugin/discovery/name_tree.h"

#include <gmock/gmock.h>

#include "tests/plugin/discovery/tree_of_names.h"

namespace acd::discovery {
namespace {

using testing::TreeOfNames;
using Kind = NameTree::Entry::Kind;

/// "folder", "file", "symlink" or "".
std::string KindOf(const std::optional<NameTree::Place>& place) {
  if (!place) return "";
  switch (place->entry->kind) {
    case Kind::kFolder:
      return "folder";
    case Kind::kFile:
      return "file";
    case Kind::kSymlink:
      return "symlink";
  }
  return "?";
}

TEST(NameTree, FindsWhatIsThere) {
  const TreeOfNames names{"a/b/file", "empty/"};
  const NameTree tree = names.Tree();
  EXPECT_EQ(KindOf(tree.Stat("")), "folder");
  EXPECT_EQ(KindOf(tree.Stat("a/b")), "folder");
  EXPECT_EQ(KindOf(tree.Stat("a/b/file")), "file");
  EXPECT_EQ(KindOf(tree.Stat("empty")), "folder");
  for (const char* path : {"b", "a/c", "a/b/file/x", "a/b/file/..", "x/.."}) {
    EXPECT_EQ(KindOf(tree.Stat(path)), "") << path;
  }
}

TEST(NameTree, FollowsSymlinksOnTheWayAndAtTheEnd) {
  const TreeOfNames names{
      "real/deep/file", {"dir", "real/deep"}, {"real/up", "../dir/file"}, {"dangling", "nowhere"}};
  const NameTree tree = names.Tree();
  EXPECT_EQ(KindOf(tree.Stat("dir")), "folder");
  EXPECT_EQ(KindOf(tree.Lstat("dir")), "symlink");
  EXPECT_EQ(KindOf(tree.Lstat("dir/file")), "file");
  EXPECT_EQ(KindOf(tree.Stat("real/up")), "file");
  EXPECT_EQ(tree.Stat("real/up")->links, 2);
  EXPECT_EQ(KindOf(tree.Stat("dangling")), "");
  EXPECT_EQ(KindOf(tree.Lstat("dangling")), "symlink");
}

TEST(NameTree, TakesDotDotFromWhereALinkLed) {
  const TreeOfNames names{"real/deep/file", "real/sibling", {"dir", "real/deep"}};
  EXPECT_EQ(KindOf(names.Tree().Stat("dir/../sibling")), "file");
}

TEST(NameTree, NeverLeavesTheRoot) {
  const TreeOfNames names{"a/file"};
  for (const char* path : {"..", "a/../..", "../a/file", "a/../../a/file"}) {
    EXPECT_EQ(KindOf(names.Tree().Stat(path)), "") << path;
  }
}

TEST(NameTree, EndsInALoop) {
  const TreeOfNames names{{"a", "b"}, {"b", "a"}, {"self", "self"}, {"in", "in/x"}};
  for (const char* path : {"a", "b", "self", "self/x", "in"}) {
    EXPECT_EQ(KindOf(names.Tree().Stat(path)), "") << path;
  }
  EXPECT_FALSE(NameTree::Follow(*names.Tree().Lstat("a")));
}

TEST(NameTree, FollowsFortyLinksAndNoMore) {
  const TreeOfNames names{"f/x", {"f/here", "."}};
  std::string path = "f";
  for (int i = 0; i < 40; ++i) path += "/here";
  EXPECT_EQ(KindOf(names.Tree().Stat(path + "/x")), "file");
  EXPECT_EQ(KindOf(names.Tree().Stat(path + "/here")), "");
  EXPECT_EQ(KindOf(names.Tree().Lstat(path + "/here")), "symlink");
}

TEST(NameTree, LocatesAnApplication) {
  const TreeOfNames names{"apps/one/x",
                          {"link", "apps/one"},
                          {"apps/up", ".."},
                          {"loop", "loop"},
                          {"gone", "apps/none"}};
  const NameTree tree = names.Tree();
  const std::pair<const char*, const char*> rows[] = {
      {"", ""},
      {".", ""},
      {"/", ""},
      {"apps/one", "apps/one"},
      {"/apps//./one/", "apps/one"},
      {"link", "apps/one"},
      {"link/../two", "apps/two"},
      {"apps/up/link", "apps/one"},
      {"../../apps", "apps"},
      {"none/at/all", "none/at/all"},
      {"gone/x", "apps/none/x"},
      {"apps/one/x/y", "apps/one/x/y"},
  };
  for (const auto& [path, located] : rows) EXPECT_EQ(tree.Locate(path), located) << path;
  EXPECT_EQ(tree.Locate("loop"), std::nullopt);
  EXPECT_EQ(tree.Locate(std::string(256, 'x')), std::nullopt);
  EXPECT_EQ(tree.Locate(std::string(5000, '/')), std::nullopt);
}

}  // namespace
}  // namespace acd::discovery
