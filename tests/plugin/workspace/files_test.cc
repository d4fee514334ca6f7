#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/stat.h>

#include <fstream>
#include <optional>
#include <sstream>

#include "decrypt/base/unique_fd.h"
#include "plugin/workspace/workspace.h"
#include "tests/plugin/workspace/test_folder.h"
#include "tests/support/matchers.h"
#include "tests/support/no_free_descriptor.h"

namespace acd::workspace {
namespace {

using acd::testing::Fails;
using acd::testing::IsOk;
using testing::Content;
using testing::ModeOf;
using testing::TestFolder;

TEST(ReadFile, ReadsUpToItsLimitAndNoMore) {
  const TestFolder folder;
  const std::string path = folder.Write("values.yaml", std::string(100'000, 'v'));
  const auto content = ReadFile(path, 100'000);
  ASSERT_THAT(content, IsOk());
  EXPECT_EQ(content->size(), 100'000U);
  EXPECT_THAT(ReadFile(path, 99'999), Fails(Code::kLimitExceeded, "values.yaml: more than 99999"));
}

TEST(ListFolder, TellsAnEmptyFolderFromOneThatItCannotList) {
  const TestFolder folder;
  EXPECT_THAT(*ListFolder(folder.path()), ::testing::IsEmpty());
  const std::string file = folder.Write("b", "");
  folder.Write("a", "");
  EXPECT_THAT(*ListFolder(folder.path()), ::testing::ElementsAre("a", "b"));
  EXPECT_THAT(ListFolder(file), Fails(Code::kNotFound, "b: Not a directory"));
  const acd::testing::NoFreeDescriptor no_free_descriptor;
  EXPECT_THAT(ListFolder(folder.path()), Fails(Code::kNoRoom, "Too many open files"));
}

TEST(ReadFile, ReadsEmptyFilesAndFilesWithoutASize) {
  const TestFolder folder;
  const auto empty = ReadFile(folder.Write("empty", ""), 0);
  ASSERT_THAT(empty, IsOk());
  EXPECT_TRUE(empty->empty());
  const auto proc = ReadFile("/proc/self/status", 1U << 20U);
  ASSERT_THAT(proc, IsOk());
  EXPECT_GT(proc->size(), 100U);
  EXPECT_THAT(ReadFile("/proc/self/status", 10), Fails(Code::kLimitExceeded, "more than 10"));
}

TEST(ReadFile, RefusesWhatIsNoFile) {
  const TestFolder folder;
  ASSERT_EQ(::mkfifo((folder / "fifo").c_str(), 0600), 0);
  EXPECT_THAT(ReadFile(folder / "fifo", 10), Fails(Code::kIo, "fifo: not a regular file"));
  EXPECT_THAT(ReadFile(folder.path(), 10), Fails(Code::kIo, "not a regular file"));
  EXPECT_THAT(ReadFile("/dev/zero", 10), Fails(Code::kIo, "zero: not a regular file"));
}

TEST(ReadFile, NamesNoRequestFolder) {
  const TestFolder folder;
  const auto missing = ReadFile(folder / "missing", 10);
  ASSERT_THAT(missing, Fails(Code::kNotFound, "missing: "));
  EXPECT_THAT(missing.error().message, ::testing::Not(::testing::HasSubstr(folder.path())));
  EXPECT_THAT(ReadFile(folder.Write("file", "") + "/below", 10), Fails(Code::kNotFound, "below"));
}

TEST(WriteSecretFile, ReplacesContentAndModeAndBreaksHardLinks) {
  const TestFolder folder;
  const std::string path = folder.Write("secret.yaml", "cipher");
  ASSERT_EQ(::chmod(path.c_str(), 0666), 0);
  ASSERT_EQ(::link(path.c_str(), (folder / "other").c_str()), 0);
  ASSERT_THAT(WriteSecretFile(path, AsBytes("plain")), IsOk());
  EXPECT_EQ(Content(path), "plain");
  EXPECT_EQ(ModeOf(path), 0600U);
  EXPECT_EQ(Content(folder / "other"), "cipher");
}

TEST(WriteSecretFile, MakesANewFileAndAnEmptyOne) {
  const TestFolder folder;
  ASSERT_THAT(WriteSecretFile(folder / "new", AsBytes(std::string(300'000, 'p'))), IsOk());
  EXPECT_EQ(Content(folder / "new").size(), 300'000U);
  ASSERT_THAT(WriteSecretFile(folder / "new", {}), IsOk());
  EXPECT_EQ(Content(folder / "new"), "");
}

TEST(WriteSecretFile, ReplacesASymlinkInsteadOfFollowingIt) {
  const TestFolder folder;
  const std::string target = folder.Write("target", "cipher");
  folder.Link("target", "link");
  ASSERT_THAT(WriteSecretFile(folder / "link", AsBytes("plain")), IsOk());
  EXPECT_EQ(Content(target), "cipher");
  EXPECT_FALSE(std::filesystem::is_symlink(folder / "link"));
}

TEST(WriteSecretFile, LeavesNothingBehindWhenItFails) {
  const TestFolder folder;
  std::filesystem::create_directories(folder / "folder/sub");
  EXPECT_THAT(WriteSecretFile(folder / "folder", AsBytes("plain")), Fails(Code::kIo, "folder: "));
  EXPECT_THAT(WriteSecretFile(folder / "missing/file", AsBytes("plain")),
              Fails(Code::kNotFound, "file: "));
  std::size_t entries = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(folder.path())) {
    ++entries;
  }
  EXPECT_EQ(entries, 1U);
}

Edit Becomes(const std::string& text) {
  return [text](const SecretBytes& content) -> Result<std::optional<SecretBytes>> {
    EXPECT_EQ(content.ExposeText(), "cipher text");
    return std::optional(SecretBytes::CopyOf(text));
  };
}

TEST(EditFile, WritesOverAFileThatIsOnlyOurs) {
  const TestFolder folder;
  for (const std::string& text : {std::string("plain"), std::string(), std::string(200'000, 'p')}) {
    const std::string path = folder.Write("secret.yaml", "cipher text");
    ASSERT_EQ(::chmod(path.c_str(), 0600), 0);
    struct stat before {};
    struct stat after {};
    ASSERT_EQ(::stat(path.c_str(), &before), 0);
    ASSERT_THAT(EditFile(path, 100, Becomes(text)), IsOk());
    ASSERT_EQ(::stat(path.c_str(), &after), 0);
    EXPECT_EQ(Content(path), text);
    EXPECT_EQ(after.st_ino, before.st_ino);
  }
}

TEST(EditFile, ReplacesAFileThatOthersSee) {
  const TestFolder folder;
  const std::string open = folder.Write("open", "cipher text");
  ASSERT_EQ(::chmod(open.c_str(), 0644), 0);
  const std::string linked = folder.Write("linked", "cipher text");
  ASSERT_EQ(::chmod(linked.c_str(), 0600), 0);
  ASSERT_EQ(::link(linked.c_str(), (folder / "other").c_str()), 0);
  for (const std::string& path : {open, linked}) {
    const std::ifstream reader(path);
    ASSERT_THAT(EditFile(path, 100, Becomes("plain")), IsOk());
    std::ostringstream seen;
    seen << reader.rdbuf();
    EXPECT_EQ(seen.str(), "cipher text") << "whoever had it open has the old one";
    EXPECT_EQ(Content(path), "plain");
    EXPECT_EQ(ModeOf(path), 0600U);
  }
  EXPECT_EQ(Content(folder / "other"), "cipher text");
}

TEST(EditFile, ReplacesASymlinkInsteadOfFollowingIt) {
  const TestFolder folder;
  const std::string target = folder.Write("target", "cipher text");
  ASSERT_EQ(::chmod(target.c_str(), 0600), 0);
  folder.Link("target", "link");
  ASSERT_THAT(EditFile(folder / "link", 100, Becomes("plain")), IsOk());
  EXPECT_EQ(Content(target), "cipher text");
  EXPECT_EQ(Content(folder / "link"), "plain");
}

TEST(EditFile, LeavesAloneWhatIsNotToChange) {
  const TestFolder folder;
  const std::string path = folder.Write("secret.yaml", "text");
  ASSERT_EQ(::chmod(path.c_str(), 0600), 0);
  const auto keep = [](const SecretBytes&) -> Result<std::optional<SecretBytes>> {
    return std::optional<SecretBytes>();
  };
  const auto refuse = [](const SecretBytes&) -> Result<std::optional<SecretBytes>> {
    return Fail(Code::kAuthFailed, "no");
  };
  EXPECT_THAT(EditFile(path, 100, keep), IsOk());
  EXPECT_THAT(EditFile(path, 100, refuse), Fails(Code::kAuthFailed, "no"));
  EXPECT_THAT(EditFile(path, 3, keep), Fails(Code::kLimitExceeded, "more than 3"));
  EXPECT_THAT(EditFile(folder.path(), 3, keep), Fails(Code::kIo, "not a regular file"));
  EXPECT_THAT(EditFile(folder / "missing", 3, keep), Fails(Code::kNotFound, "missing: "));
  EXPECT_EQ(Content(path), "text");
}

}  // namespace
}  // namespace acd::workspace
