#include "plugin/workspace/workspace.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <type_traits>

#include "decrypt/base/unique_fd.h"
#include "tests/plugin/workspace/test_folder.h"
#include "tests/support/matchers.h"

namespace acd::workspace {
namespace {

using acd::testing::Fails;
using acd::testing::IsOk;
using testing::Exists;
using testing::ModeOf;
using testing::TestFolder;

constexpr bool kAllowDisk = true;

TEST(WorkspaceRoot, AcceptsTmpfsAndRefusesEverythingElse) {
  const TestFolder folder;
  const auto in_memory = WorkspaceRoot::Open(folder.path(), false);
  ASSERT_THAT(in_memory, IsOk());
  EXPECT_TRUE((*in_memory)->path().starts_with(folder / "argocd-decrypt/"));

  const auto elsewhere = WorkspaceRoot::Open("/proc/self", false);
  ASSERT_THAT(elsewhere, Fails(Code::kInvalidInput, "not on tmpfs"));
  EXPECT_THAT(elsewhere.error().hint, ::testing::HasSubstr("ARGOCD_DECRYPT_ALLOW_DISK"));
}

TEST(WorkspaceRoot, IsPrivateAndGoneAfterwards) {
  const TestFolder folder;
  std::string path;
  {
    const auto root = WorkspaceRoot::Open(folder.path(), kAllowDisk);
    ASSERT_THAT(root, IsOk());
    path = (*root)->path();
    EXPECT_EQ(ModeOf(path), 0700U);
    EXPECT_EQ(ModeOf(folder / "argocd-decrypt"), 0700U);
  }
  EXPECT_FALSE(Exists(path));
}

/// Of a request that has ended. Nothing can be listed, hence removed, without a descriptor.
std::string TreeThatCannotGo(const WorkspaceRoot& root) {
  auto request = Workspace::Create(root);
  EXPECT_THAT(request, IsOk());
  if (!request) return {};
  std::string tree = request->tree();
  struct rlimit before {};
  EXPECT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  const struct rlimit none { 3, before.rlim_max };
  EXPECT_EQ(::setrlimit(RLIMIT_NOFILE, &none), 0);
  { const Workspace gone = *std::move(request); }
  EXPECT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
  return tree;
}

TEST(WorkspaceRoot, RemovesLaterWhatCouldNotGo) {
  const TestFolder folder;
  const auto root = WorkspaceRoot::Open(folder.path(), kAllowDisk);
  ASSERT_THAT(root, IsOk());
  const std::string left = TreeThatCannotGo(**root);
  EXPECT_TRUE(Exists(left));
  { const auto next = Workspace::Create(**root); }
  EXPECT_FALSE(Exists(left));
}

TEST(WorkspaceRoot, TakesTheModeOfAnEarlierFolderInHand) {
  const TestFolder folder;
  std::filesystem::create_directory(folder / "argocd-decrypt");
  ASSERT_EQ(::chmod((folder / "argocd-decrypt").c_str(), 0777), 0);
  ASSERT_THAT(WorkspaceRoot::Open(folder.path(), kAllowDisk), IsOk());
  EXPECT_EQ(ModeOf(folder / "argocd-decrypt"), 0700U);
}

TEST(WorkspaceRoot, RefusesASymlinkInItsPlace) {
  const TestFolder folder;
  std::filesystem::create_directory(folder / "elsewhere");
  folder.Link("elsewhere", "argocd-decrypt");
  EXPECT_THAT(WorkspaceRoot::Open(folder.path(), kAllowDisk), Fails(Code::kIo, "argocd-decrypt"));
  EXPECT_TRUE(std::filesystem::is_empty(folder / "elsewhere"));
}

TEST(WorkspaceRoot, NamesAWorkFolderThatIsNotThere) {
  const TestFolder folder;
  EXPECT_THAT(WorkspaceRoot::Open(folder / "missing", kAllowDisk),
              Fails(Code::kIo, "work folder " + (folder / "missing")));
}

/// Opens a root in another process, which keeps it until killed, without any clean-up.
class OtherProcess {
 public:
  explicit OtherProcess(const std::string& workdir) {
    int ends[2];
    if (::pipe(ends) != 0) return;
    pid_ = ::fork();
    if (pid_ == 0) {
      const auto root = WorkspaceRoot::Open(workdir, kAllowDisk);
      const auto request = Workspace::Create(**root);
      const bool ok = WriteSecretFile(request->tree() + "/secret", AsBytes("plain")).has_value();
      const std::string path = ok ? request->tree() + "/secret" : "";
      if (::write(ends[1], path.data(), path.size()) < 0) ::_exit(1);
      ::close(ends[1]);
      for (;;) ::pause();
    }
    ::close(ends[1]);
    const UniqueFd reader(ends[0]);
    char text[1024];
    for (ssize_t size; (size = ::read(reader.get(), text, sizeof(text))) > 0;) {
      file_.append(text, static_cast<std::size_t>(size));
    }
  }
  ~OtherProcess() { Kill(); }
  void Kill() {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
    pid_ = -1;
  }
  const std::string& file() const { return file_; }

 private:
  pid_t pid_ = -1;
  std::string file_;
};

TEST(WorkspaceRoot, LeavesALiveProcessAloneAndCleansUpAfterADeadOne) {
  const TestFolder folder;
  OtherProcess other(folder.path());
  ASSERT_TRUE(Exists(other.file()));
  const auto beside = WorkspaceRoot::Open(folder.path(), kAllowDisk);
  ASSERT_THAT(beside, IsOk());
  EXPECT_TRUE(Exists(other.file()));

  other.Kill();
  EXPECT_TRUE(Exists(other.file()));
  const auto successor = WorkspaceRoot::Open(folder.path(), kAllowDisk);
  ASSERT_THAT(successor, IsOk());
  EXPECT_FALSE(Exists(other.file()));
  // What is left: the lock and the two roots that are open here.
  std::size_t entries = 0;
  for ([[maybe_unused]] const auto& entry :
       std::filesystem::directory_iterator(folder / "argocd-decrypt")) {
    ++entries;
  }
  EXPECT_EQ(entries, 3U);
}

TEST(WorkspaceRoot, RemovesInTheBackground) {
  const TestFolder folder;
  auto root = WorkspaceRoot::Open(folder.path(), false);
  ASSERT_THAT(root, IsOk());
  (*root)->RemoveInBackground();
  const std::string path = (*root)->path();
  const auto requests = [&] {
    std::size_t count = 0;
    for (const auto& entry : std::filesystem::directory_iterator(path)) count += entry.exists();
    for (const auto& entry : std::filesystem::directory_iterator(folder / "argocd-decrypt")) {
      count += entry.path().native().starts_with((*root)->tree_prefix()) ? 1 : 0;
    }
    return count;
  };
  for (int round = 0; round < 20; ++round) {
    std::vector<Workspace> some;
    for (int i = 0; i < 10; ++i) {
      auto workspace = Workspace::Create(**root);
      ASSERT_THAT(workspace, IsOk());
      std::ofstream(workspace->tree() + "/file") << "text";
      some.push_back(*std::move(workspace));
    }
  }
  for (int i = 0; i < 1000 && requests() > 0; ++i) ::usleep(1000);
  EXPECT_EQ(requests(), 0U);
  {
    const auto last = Workspace::Create(**root);
    ASSERT_THAT(last, IsOk());
  }
  root->reset();  // whatever waits goes with it
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST(Workspace, GivesEachRequestItsOwnPrivateFolders) {
  const TestFolder folder;
  const auto root = WorkspaceRoot::Open(folder.path(), kAllowDisk);
  ASSERT_THAT(root, IsOk());
  const auto first = Workspace::Create(**root);
  const auto second = Workspace::Create(**root);
  ASSERT_THAT(first, IsOk());
  ASSERT_THAT(second, IsOk());
  EXPECT_NE(first->tree(), second->tree());
  EXPECT_EQ(ModeOf(first->tree()), 0700U);
  EXPECT_EQ(ModeOf(first->run()), 0700U);
  EXPECT_TRUE(first->run().starts_with((*root)->path() + "/"));
  EXPECT_TRUE(first->tree().starts_with((*root)->tree_prefix()));
}

TEST(Workspace, IsNoLeftoverToAnotherProcessWhileItLives) {
  const TestFolder folder;
  const auto root = WorkspaceRoot::Open(folder.path(), kAllowDisk);
  ASSERT_THAT(root, IsOk());
  auto request = Workspace::Create(**root);
  ASSERT_THAT(request, IsOk());
  const std::string dead = folder / "argocd-decrypt/request-abcdef-ghijkl";
  std::filesystem::create_directories(dead + "/folder");
  {
    const auto other = WorkspaceRoot::Open(folder.path(), kAllowDisk);
    ASSERT_THAT(other, IsOk());
    EXPECT_FALSE(Exists(dead));
    EXPECT_TRUE(Exists(request->tree()));
    EXPECT_TRUE(Exists(request->run()));
  }
  EXPECT_TRUE(Exists(request->tree()));
}

TEST(Workspace, SaysTheSameForTheSameFault) {
  const TestFolder folder;
  const auto root = WorkspaceRoot::Open(folder.path(), kAllowDisk);
  ASSERT_THAT(root, IsOk());
  ASSERT_TRUE(RemoveTree((*root)->path()));
  const auto request = Workspace::Create(**root);
  ASSERT_THAT(request, Fails(Code::kIo, "work folder: No such file"));
  EXPECT_NE(request.error().hint, "");
}

TEST(WorkspaceRoot, RemovesTreesThatItCouldNotRemoveBefore) {
  const TestFolder folder;
  std::string left;
  {
    const auto root = WorkspaceRoot::Open(folder.path(), kAllowDisk);
    ASSERT_THAT(root, IsOk());
    left = TreeThatCannotGo(**root);
    EXPECT_TRUE(Exists(left));
  }
  EXPECT_FALSE(Exists(left));
}

TEST(Workspace, IsRemovedOnceHoweverItIsMoved) {
  static_assert(std::is_nothrow_move_constructible_v<Workspace>);
  static_assert(!std::is_copy_constructible_v<Workspace>);
  const TestFolder folder;
  const auto root = WorkspaceRoot::Open(folder.path(), kAllowDisk);
  ASSERT_THAT(root, IsOk());
  std::string first_tree;
  std::string second_tree;
  {
    auto first = Workspace::Create(**root);
    auto second = Workspace::Create(**root);
    ASSERT_THAT(first, IsOk());
    ASSERT_THAT(second, IsOk());
    first_tree = first->tree();
    second_tree = second->tree();
    Workspace moved = std::move(*first);
    EXPECT_TRUE(Exists(first_tree));
    moved = std::move(*second);
    EXPECT_FALSE(Exists(first_tree));
    EXPECT_TRUE(Exists(second_tree));
  }
  EXPECT_FALSE(Exists(second_tree));
  EXPECT_TRUE(std::filesystem::is_empty((*root)->path()));
}

}  // namespace
}  // namespace acd::workspace
