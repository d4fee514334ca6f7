#include "plugin/archive/copy_tree.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "tests/plugin/archive/archive_test_support.h"
#include "tests/support/matchers.h"

namespace acd::archive {
namespace {

using acd::testing::Fails;
using acd::testing::IsOk;
using testing::PackAll;
using testing::Target;
using testing::TestFolder;
using testing::TextSource;
using testing::TreeOf;

Result<UnpackStats> CopyTo(const Target& target, const std::string& from,
                           const UnpackOptions& options = {}) {
  return CopyTree(from, {"*.tmp"}, target.Open().get(), options, [] { return Status(); });
}

void FillFolder(const TestFolder& folder) {
  folder.Write("a.yaml", "a: 1\n");
  folder.Write("empty", "");
  folder.Write("deep/er/file", std::string(300'000, 'z'));
  folder.Write("gr\xc3\xbcn/\xff", "names");
  folder.Write(".git/HEAD", "ref");
  folder.Write("left.tmp", "out");
  folder.Link("deep/er", "link");
  folder.Link("nowhere", "dangling");
  ASSERT_EQ(::mkfifo((folder / "fifo").c_str(), 0600), 0);
  ASSERT_EQ(::chmod((folder / "a.yaml").c_str(), 04755), 0);
}

TEST(CopyTree, MakesWhatPackingAndUnpackingMakes) {
  const TestFolder folder;
  FillFolder(folder);
  for (const bool preserve : {false, true}) {
    UnpackOptions options;
    options.preserve_file_mode = preserve;
    const auto archive = PackAll(folder.path(), {"*.tmp"});
    ASSERT_THAT(archive, IsOk());
    const Target unpacked;
    TextSource source(*archive);
    const auto expected = unpacked.Unpack(source, options);
    ASSERT_THAT(expected, IsOk());
    const Target copied;
    const auto stats = CopyTo(copied, folder.path(), options);
    ASSERT_THAT(stats, IsOk());
    EXPECT_EQ(copied.tree(), unpacked.tree());
    EXPECT_EQ(stats->entries, expected->entries);
    EXPECT_EQ(stats->files, expected->files);
    EXPECT_EQ(stats->bytes, expected->bytes);
  }
}

TEST(CopyTree, KeepsTheLimits) {
  const TestFolder folder;
  FillFolder(folder);
  UnpackOptions few;
  few.limits.max_entries = 3;
  EXPECT_THAT(CopyTo(Target(), folder.path(), few), Fails(Code::kLimitExceeded, "max_entries"));
  UnpackOptions small;
  small.limits.max_bytes = 1000;
  EXPECT_THAT(CopyTo(Target(), folder.path(), small), Fails(Code::kLimitExceeded, "max_bytes"));
}

TEST(CopyTree, RefusesLinksThatLeave) {
  for (const char* target : {"../outside", "/etc/passwd"}) {
    const TestFolder folder;
    folder.Link(target, "link");
    EXPECT_THAT(CopyTo(Target(), folder.path()),
                Fails(Code::kInvalidInput, "illegal filepath in symlink: link"));
  }
}

// A deadline, or the signal that ends `generate`.
TEST(CopyTree, StopsWhenToldTo) {
  const TestFolder folder;
  FillFolder(folder);
  folder.Write("large", std::string(1'000'000, 'z'));
  for (int allowed = 0;; ++allowed) {
    const Target target;
    int asked = 0;
    const auto proceed = [&]() -> Status {
      return asked++ < allowed ? Status() : Fail(Code::kCancelled, "enough");
    };
    const auto stats = CopyTree(folder.path(), {}, target.Open().get(), {}, proceed);
    if (stats) {
      EXPECT_GT(allowed, 20) << "not asked for every entry and every piece of a file";
      break;
    }
    EXPECT_THAT(stats, Fails(Code::kCancelled, "enough"));
    EXPECT_EQ(asked, allowed + 1);
  }
}

TEST(CopyTree, NamesTheFolderThatIsMissing) {
  EXPECT_THAT(CopyTo(Target(), "/nonexistent/folder"), Fails(Code::kIo, "/nonexistent/folder: "));
}

}  // namespace
}  // namespace acd::archive
