#include <csignal>
#include <string>
#include <thread>

#include "plugin/commands/manifest_output.h"
#include "plugin/commands/packed_tree.h"
#include "plugin/commands/signal_watch.h"
#include "plugin/server/sha256.h"
#include "tests/plugin/workspace/test_folder.h"
#include "tests/support/matchers.h"

namespace acd::commands {
namespace {

using acd::testing::IsOk;
using std::chrono::milliseconds;
using workspace::testing::TestFolder;

TEST(ManifestOutput, IsOneYamlStream) {
  EXPECT_EQ(ToYamlStream({}), "");
  EXPECT_EQ(ToYamlStream({"a: 1\n"}), "a: 1\n");
  EXPECT_EQ(ToYamlStream({"a: 1", "---\nb: 2\n", "c: 3\n"}), "a: 1\n---\nb: 2\n---\nc: 3\n");
}

TEST(PackedTree, KnowsItsDigestAndTheSameFilesGiveTheSameBytes) {
  const TestFolder folder;
  folder.Write("a/b.yaml", "x");
  folder.Write(".git/HEAD", "ref");
  const auto first = PackedTree::Pack(folder.path(), {});
  const auto second = PackedTree::Pack(folder.path(), {".git"});
  ASSERT_THAT(first, IsOk());
  ASSERT_THAT(second, IsOk());
  for (const auto* tree : {&*first, &*second}) {
    server::Sha256 digest;
    digest.Update(tree->bytes());
    EXPECT_EQ(tree->checksum(), digest.FinishHex());
  }
  EXPECT_NE(first->checksum(), second->checksum());
  EXPECT_EQ(PackedTree::Pack(folder.path(), {})->checksum(), first->checksum());
}

TEST(PackedTree, SaysWhichFolderIsMissing) {
  EXPECT_FALSE(PackedTree::Pack("/nonexistent/folder", {}).has_value());
}

TEST(SignalWatch, SeesEachSignalOnce) {
  SignalWatch watch;
  EXPECT_FALSE(watch.Wait(milliseconds(1)));
  std::raise(SIGTERM);
  std::raise(SIGINT);
  EXPECT_TRUE(watch.Wait(milliseconds(1)));
  EXPECT_TRUE(watch.Wait(std::nullopt));
  EXPECT_FALSE(watch.Wait(milliseconds(1)));
  std::raise(SIGPIPE);
  EXPECT_FALSE(watch.Wait(milliseconds(1)));
}

TEST(SignalWatch, KnowsTheFirstOfAllSignalsThatEndAProgram) {
  for (const int signal : {SIGTERM, SIGINT, SIGHUP, SIGQUIT}) {
    const SignalWatch watch;
    EXPECT_EQ(watch.Signal(), 0);
    std::raise(signal);
    std::raise(SIGTERM);
    EXPECT_EQ(watch.Signal(), signal);
  }
}

TEST(SignalWatch, LeavesAnIgnoredHangUpIgnored) {
  std::signal(SIGHUP, SIG_IGN);
  {
    const SignalWatch watch;
    std::raise(SIGHUP);
    EXPECT_FALSE(watch.Signalled());
  }
  EXPECT_EQ(std::signal(SIGHUP, SIG_DFL), SIG_IGN);
}

TEST(SignalWatch, CanBeWokenByAThread) {
  SignalWatch watch;
  std::thread waker([&] { watch.Wake(); });
  EXPECT_TRUE(watch.Wait(std::nullopt));
  waker.join();
}

}  // namespace
}  // namespace acd::commands
