#include "decrypt/keys/watched_file.h"

#include <sys/stat.h>
#include <unistd.h>

#include <string>

#include "tests/decrypt/keys/temp_dir.h"
#include "tests/support/matchers.h"

namespace acd::keys {
namespace {

using ::acd::testing::Fails;
using ::acd::testing::IsOk;
using testing::TempDir;

Result<FileState> Read(const std::string& path, std::size_t max_bytes = 1000,
                       std::int64_t ahead = 0, bool may_be_pipe = false) {
  return ReadWatched(path, max_bytes, may_be_pipe, [&] { return SystemSeconds() + ahead; });
}

TEST(WatchedFile, IsReadWhole) {
  const TempDir dir;
  const std::string text(10'000, 'x');
  const auto state = Read(dir.Write("f", text), 10'000);
  ASSERT_THAT(state, IsOk());
  EXPECT_EQ(state->content.ExposeText(), text);
  EXPECT_THAT(Read(dir.Write("empty", "")), IsOk());
}

TEST(WatchedFile, IsBounded) {
  const TempDir dir;
  EXPECT_THAT(Read(dir.Write("f", std::string(1000, 'x'))), IsOk());
  EXPECT_THAT(Read(dir.Write("f", std::string(1001, 'x'))), Fails(Code::kLimitExceeded, "1000"));
  EXPECT_THAT(Read("/dev/zero", 1000, 0, true), Fails(Code::kLimitExceeded, "1000"));
}

TEST(WatchedFile, IsTrustedOnlyAfterItsClockMovedOn) {
  const TempDir dir;
  const std::string path = dir.Write("f", "x");
  EXPECT_FALSE(Read(path)->trusted);
  EXPECT_TRUE(Read(path, 1000, 100)->trusted);
  EXPECT_FALSE(Read(path, 1000, -100)->trusted) << "a time in the future proves nothing";
}

TEST(WatchedFile, ShowsAReplacementInItsFingerprint) {
  const TempDir dir;
  const std::string path = dir.Write("f", "x");
  const auto before = FingerprintOf(path);
  ASSERT_THAT(before, IsOk());
  EXPECT_TRUE(**before == **FingerprintOf(path));
  dir.Replace("f", "y");
  EXPECT_FALSE(**before == **FingerprintOf(path));
}

TEST(WatchedFile, SaysWhyItCannotBeRead) {
  const TempDir dir;
  EXPECT_THAT(Read(dir.Path("none")), Fails(Code::kNotFound, "none: no such file or directory"));
  EXPECT_THAT(Read(dir.Write("f", "x") + "/g"), Fails(Code::kNotFound, "not a directory"));
  EXPECT_THAT(Read(dir.path().string()), Fails(Code::kInvalidInput, "is a directory"));
  EXPECT_THAT(Read("/dev/null"), Fails(Code::kInvalidInput, "not a regular file"));
}

TEST(WatchedFile, NeverBlocksOnAPipeThatNobodyWrites) {
  const TempDir dir;
  const std::string path = dir.Path("fifo");
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  EXPECT_THAT(Read(path), Fails(Code::kInvalidInput, "not a regular file"));
}

TEST(WatchedFile, ReadsAPipeWhereOneIsAllowed) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  ASSERT_EQ(::write(ends[1], "hello", 5), 5);
  ::close(ends[1]);
  const auto state = Read("/dev/fd/" + std::to_string(ends[0]), 1000, 0, true);
  ASSERT_THAT(state, IsOk());
  EXPECT_EQ(state->content.ExposeText(), "hello");
  EXPECT_TRUE(state->trusted);
  ::close(ends[0]);
}

}  // namespace
}  // namespace acd::keys
