#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>

#include "decrypt/base/unique_fd.h"
#include "plugin/workspace/workspace.h"
#include "tests/plugin/workspace/test_folder.h"

namespace acd::workspace {
namespace {

using testing::Exists;
using testing::TestFolder;

TEST(RemoveTree, RemovesFilesLinksAndFoldersButNothingBehindLinks) {
  const TestFolder folder;
  const std::string kept = folder.Write("outside/kept", "x");
  folder.Write("tree/a/b/file", "x");
  folder.Link("../outside", "tree/to-folder");
  folder.Link("../../outside/kept", "tree/a/to-file");
  folder.Link("nowhere", "tree/dangling");
  ASSERT_EQ(::mkfifo((folder / "tree/fifo").c_str(), 0600), 0);
  RemoveTree(folder / "tree");
  EXPECT_FALSE(Exists(folder / "tree"));
  EXPECT_TRUE(Exists(kept));
}

TEST(RemoveTree, RemovesALinkNotItsTarget) {
  const TestFolder folder;
  folder.Write("outside/kept", "x");
  folder.Link("outside", "link");
  RemoveTree(folder / "link");
  EXPECT_FALSE(Exists(folder / "link"));
  EXPECT_TRUE(Exists(folder / "outside/kept"));
}

TEST(RemoveTree, TakesWhatIsNotThereOrIsAFile) {
  const TestFolder folder;
  folder.Write("file", "x");
  RemoveTree(folder / "missing");
  RemoveTree(folder / "file");
  EXPECT_FALSE(Exists(folder / "file"));
  RemoveTree("");
}

TEST(RemoveTree, OpensFoldersThatForbidIt) {
  const TestFolder folder;
  folder.Write("tree/none/deep/file", "x");
  folder.Write("tree/read-only/file", "x");
  folder.Write("tree/no-list/file", "x");
  ASSERT_EQ(::chmod((folder / "tree/none/deep").c_str(), 0), 0);
  ASSERT_EQ(::chmod((folder / "tree/none").c_str(), 0), 0);
  ASSERT_EQ(::chmod((folder / "tree/read-only").c_str(), 0500), 0);
  ASSERT_EQ(::chmod((folder / "tree/no-list").c_str(), 0300), 0);
  ASSERT_EQ(::chmod((folder / "tree").c_str(), 0500), 0);
  RemoveTree(folder / "tree");
  EXPECT_FALSE(Exists(folder / "tree"));
}

/// Deeper than any path that the kernel takes in one piece.
void MakeChain(const std::string& top, int depth) {
  ASSERT_EQ(::mkdir(top.c_str(), 0700), 0);
  UniqueFd at(::open(top.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  for (int i = 0; i < depth; ++i) {
    ASSERT_EQ(::mkdirat(at.get(), "level", 0700), 0);
    UniqueFd next(::openat(at.get(), "level", O_PATH | O_DIRECTORY | O_CLOEXEC));
    ASSERT_TRUE(next);
    const UniqueFd file(::openat(at.get(), "file", O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
    if (i % 7 == 0) {  // full now; to be removed, or moved, it has to become writable again
      const std::string self = "/proc/self/fd/" + std::to_string(at.get());
      ASSERT_EQ(::chmod(self.c_str(), 0500), 0);
    }
    at = std::move(next);
  }
}

TEST(RemoveTree, RemovesAVeryDeepTree) {
  const TestFolder folder;
  MakeChain(folder / "tree", 5000);
  RemoveTree(folder / "tree");
  EXPECT_FALSE(Exists(folder / "tree"));
}

/// For a while not root, whom modes do not hold up: nobody, in a folder that is theirs.
class NotRoot {
 public:
  explicit NotRoot(const TestFolder& folder) : before_(std::filesystem::current_path()) {
    std::filesystem::current_path(folder / "");  // what is above may be closed to nobody
    if (::geteuid() != 0) return;
    constexpr uid_t kNobody = 65534;
    EXPECT_EQ(::chown(".", kNobody, kNobody), 0);
    EXPECT_EQ(::seteuid(kNobody), 0);
    ::prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);  // /proc/self is root's otherwise
    changed_ = true;
  }
  ~NotRoot() {
    if (changed_) {
      EXPECT_EQ(::seteuid(0), 0);
    }
    ::prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
    std::filesystem::current_path(before_);
  }
  NotRoot(const NotRoot&) = delete;
  NotRoot& operator=(const NotRoot&) = delete;

 private:
  std::filesystem::path before_;
  bool changed_ = false;
};

TEST(RemoveTree, RemovesAVeryDeepTreeForAnyUser) {
  const TestFolder folder;
  const NotRoot not_root(folder);
  MakeChain("tree", 5000);
  RemoveTree("tree");
  EXPECT_FALSE(Exists("tree"));
}

TEST(RemoveTree, OpensFoldersThatForbidItForAnyUser) {
  const TestFolder folder;
  const NotRoot not_root(folder);
  std::filesystem::create_directories("tree/none/deep/empty");
  std::filesystem::create_directories("tree/no-list/empty");
  ASSERT_EQ(::chmod("tree/none/deep", 0), 0);
  ASSERT_EQ(::chmod("tree/none", 0), 0);
  ASSERT_EQ(::chmod("tree/no-list", 0300), 0);
  ASSERT_EQ(::chmod("tree", 0500), 0);
  RemoveTree("tree");
  EXPECT_FALSE(Exists("tree"));
}

// What can't go now is given up soon, however deep it lies.
TEST(RemoveTree, GivesUpSoonWithoutDescriptors) {
  const TestFolder folder;
  MakeChain(folder / "tree", 31);
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  const UniqueFd highest(::open("/", O_PATH | O_CLOEXEC));
  const auto start = std::chrono::steady_clock::now();
  for (const rlim_t more : {5, 15, 25, 30}) {
    const rlimit few{static_cast<rlim_t>(highest.get()) + 1 + more, before.rlim_max};
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &few), 0);
    EXPECT_FALSE(RemoveTree(folder / "tree"));
  }
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(2));
  EXPECT_TRUE(RemoveTree(folder / "tree"));
}

TEST(RemoveTree, RemovesABroadTree) {
  const TestFolder folder;
  for (int i = 0; i < 5000; ++i) {
    folder.Write("tree/" + std::to_string(i % 40) + "/" + std::to_string(i), "x");
  }
  RemoveTree((folder / "tree") + "/");
  EXPECT_FALSE(Exists(folder / "tree"));
}

}  // namespace
}  // namespace acd::workspace
