#include "plugin/archive/pack.h"

#include "plugin/archive/gunzip.h"
#include "plugin/archive/tar_reader.h"
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

std::vector<std::string> NamesIn(const std::string& gzip) {
  TextSource source(gzip);
  const ArchiveLimits limits;
  Gunzip gunzip(source, limits, 1U << 30U);
  TarReader tar(gunzip);
  std::vector<std::string> names;
  for (;;) {
    auto entry = tar.NextEntry();
    if (!entry.has_value()) ADD_FAILURE() << entry.error().message;
    if (!entry.has_value() || !entry->has_value()) return names;
    names.push_back((*entry)->name);
  }
}

TEST(Pack, RoundTripsEveryKindOfEntry) {
  const TestFolder folder;
  folder.Write("a.yaml", "a: 1\n");
  folder.Write("empty", "");
  folder.Write("deep/er/file", std::string(300'000, 'z'));
  folder.Write(
      "gr\xc3\xbc\xc3\x9f"
      "e/gru\xcc\x88"
      "n\xff",
      "names");
  folder.Write(std::string(120, 'n') + "/" + std::string(200, 'm'), "long");
  folder.Link("deep/er", "link");
  folder.Link("nowhere", "dangling");
  folder.Link(std::string(90, 'a') + "/" + std::string(90, 'b'), "long-link");
  std::filesystem::create_directory(folder / "no-files");
  ASSERT_EQ(::mkfifo((folder / "fifo").c_str(), 0600), 0);
  ASSERT_EQ(::chmod((folder / "a.yaml").c_str(), 0755), 0);

  const auto gzip = PackAll(folder.path());
  ASSERT_THAT(gzip, IsOk());
  const Target target;
  TextSource source(*gzip);
  UnpackOptions options;
  options.preserve_file_mode = true;
  ASSERT_THAT(target.Unpack(source, options), IsOk());
  std::filesystem::remove(folder / "fifo");
  EXPECT_EQ(target.tree(), TreeOf(folder.path()));
}

TEST(Pack, WalksInTheOrderOfArgosClient) {
  const TestFolder folder;
  for (const char* name : {"b/y", "b/x", "b.txt", "a", "b-c", "B"}) folder.Write(name, "");
  const auto gzip = PackAll(folder.path());
  ASSERT_THAT(gzip, IsOk());
  EXPECT_THAT(NamesIn(*gzip), ::testing::ElementsAre(::testing::StartsWith("."), "B", "a", "b/",
                                                     "b/x", "b/y", "b-c", "b.txt"));
}

TEST(Pack, ExcludesByPatternAndPrunesFolders) {
  const TestFolder folder;
  for (const char* name : {".git/config", "a.tmp", "d/a.tmp", "d/keep", "x/y/z"}) {
    folder.Write(name, "");
  }
  const auto gzip = PackAll(folder.path(), {".git", "*.tmp", "x/*"});
  ASSERT_THAT(gzip, IsOk());
  EXPECT_THAT(NamesIn(*gzip),
              ::testing::ElementsAre(::testing::_, "d/", "d/a.tmp", "d/keep", "x/"));
}

TEST(Pack, GivesTheSameBytesForTheSameTree) {
  const TestFolder first;
  const TestFolder second;
  for (const TestFolder* folder : {&first, &second}) folder->Write("d/file", "same");
  const auto one = PackAll(first.path());
  const auto two = PackAll(second.path());
  ASSERT_THAT(one, IsOk());
  ASSERT_THAT(two, IsOk());
  EXPECT_EQ(*one, *two);
}

TEST(Pack, PassesTheSinksErrorOn) {
  const TestFolder folder;
  folder.Write("file", std::string(1U << 20U, 'x'));
  const auto refuse = [](std::span<const std::uint8_t>) -> Status {
    return Fail(Code::kIo, "the socket is gone");
  };
  EXPECT_THAT(Pack(folder.path(), {}, refuse), Fails(Code::kIo, "the socket is gone"));
}

TEST(Pack, NamesARootThatIsNotThere) {
  const TestFolder folder;
  EXPECT_THAT(PackAll(folder / "missing"), Fails(Code::kIo, "missing: "));
}

}  // namespace
}  // namespace acd::archive
