// That a list has what Unpack makes, and is refused where Unpack refuses, is checked wherever the
// tests of Unpack unpack something (ExpectListedAs). Here is what only a list has.
#include "plugin/archive/entry_list.h"

#include "plugin/archive/name_builder.h"
#include "tests/plugin/archive/archive_test_support.h"
#include "tests/support/matchers.h"

namespace acd::archive {
namespace {

using acd::testing::Fails;
using acd::testing::IsOk;
using testing::Gzip;
using testing::NamesOf;
using testing::TarBuilder;
using testing::TextSource;
using testing::Tree;

Result<EntryList> List(const TarBuilder& tar, const UnpackOptions& options = {}) {
  TextSource source(Gzip(tar.Tar()));
  return ListEntries(source, options);
}

TEST(ListEntries, KnowsFoldersFilesAndLinks) {
  const auto list = List(TarBuilder()
                             .Folder(".")
                             .Folder("app")
                             .File("app/values.yaml", "a: 1\n")
                             .Symlink("app/link", "./../app//values.yaml")
                             .File("made/here/too", "")
                             .Folder(".git")
                             .File(".git/HEAD", "ref"));
  ASSERT_THAT(list, IsOk());
  EXPECT_EQ(NamesOf(*list->root), (Tree{{"app", "d"},
                                        {"app/values.yaml", "f"},
                                        {"app/link", "l values.yaml"},
                                        {"made", "d"},
                                        {"made/here", "d"},
                                        {"made/here/too", "f"}}));
  EXPECT_EQ(list->stats.bytes, 5U);
  EXPECT_EQ(list->root->parent, nullptr);
  const NamedEntry& app = *list->root->children.at("app");
  EXPECT_EQ(app.parent, list->root.get());
  EXPECT_EQ(app.children.at("link")->parent, &app);
}

TEST(ListEntries, CountsFoldersThatNobodyNamed) {
  UnpackOptions options;
  options.limits.max_entries = 4;
  EXPECT_THAT(List(TarBuilder().File("a/b/c/d", ""), options), IsOk());
  EXPECT_THAT(List(TarBuilder().File("a/b/c/d/e", ""), options),
              Fails(Code::kLimitExceeded, "entries with the folders above them"));
  // What comes again takes no more room.
  EXPECT_THAT(
      List(TarBuilder().File("a/b/c/d", "").File("a/b/c/d", "").Folder("a").Folder("a/b"), options),
      IsOk());
}

TEST(ListEntries, BoundsNamesAndLinksTogether) {
  const UnpackOptions options;
  NameBuilder builder(options);
  const std::string target(4000, 'x');
  Status made;
  int links = 0;
  for (; made && links < 20'000; ++links) made = builder.MakeSymlink(std::to_string(links), target);
  EXPECT_THAT(made, Fails(Code::kLimitExceeded, "67108864 bytes of names and links"));
  EXPECT_GT(links, 16'000);
}

TEST(ListEntries, EndsWithWhatTheSourceSays) {
  struct Broken : ByteSource {
    Result<std::span<const std::uint8_t>> Next() override {
      return Fail(Code::kCancelled, "the client went away");
    }
  } source;
  EXPECT_THAT(ListEntries(source, {}), Fails(Code::kCancelled, "the client went away"));
}

}  // namespace
}  // namespace acd::archive
