#include "plugin/workspace/read_gate.h"

#include <fcntl.h>

#include <atomic>
#include <chrono>
#include <fstream>
#include <iterator>
#include <thread>

#include "tests/plugin/workspace/test_folder.h"

namespace acd::workspace {
namespace {

using testing::TestFolder;

std::string ContentOf(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

TEST(ReadGate, MakesReadersWaitUntilItOpens) {
  const TestFolder folder;
  const std::string path = folder.Write("first", "the first file");
  auto gate = ReadGate::Close(path);
  ASSERT_TRUE(gate);
  // The other file is what has to be there when the reader gets in.
  const std::string other = folder / "other";
  std::string first, second;
  std::thread reader([&] {
    first = ContentOf(path);
    second = ContentOf(other);
  });
  std::this_thread::sleep_for(std::chrono::milliseconds(50));  // most likely it waits by now
  folder.Write("other", "made meanwhile");
  EXPECT_TRUE(gate->Open());
  reader.join();
  EXPECT_EQ(first, "the first file");
  EXPECT_EQ(second, "made meanwhile");
  EXPECT_EQ(ContentOf(path), "the first file");
}

TEST(ReadGate, OpensWithItsEnd) {
  const TestFolder folder;
  const std::string path = folder.Write("first", "text");
  auto gate = ReadGate::Close(path);
  ASSERT_TRUE(gate);
  std::thread reader([&] { EXPECT_EQ(ContentOf(path), "text"); });
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  gate.reset();
  reader.join();
}

TEST(ReadGate, NeedsAFileThatNobodyHasOpen) {
  const TestFolder folder;
  const std::string path = folder.Write("first", "text");
  {
    const std::ifstream reader(path);
    EXPECT_FALSE(ReadGate::Close(path));
  }
  EXPECT_TRUE(ReadGate::Close(path));
  folder.Link(path, "link");
  EXPECT_FALSE(ReadGate::Close(folder / "link"));
  EXPECT_FALSE(ReadGate::Close(folder / "missing"));
  EXPECT_FALSE(ReadGate::Close(folder.path()));
}

}  // namespace
}  // namespace acd::workspace
