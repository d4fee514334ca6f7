#include "plugin/commands/await_pipe.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <thread>
#include <vector>

#include "decrypt/base/unique_fd.h"

namespace acd::commands {
namespace {

TEST(AwaitPipe, WaitsUntilAFullOneHasRoom) {
  int ends[2] = {};
  ASSERT_EQ(::pipe2(ends, O_CLOEXEC | O_NONBLOCK), 0);
  const UniqueFd reader(ends[0]);
  const UniqueFd writer(ends[1]);
  std::vector<char> block(std::size_t{1} << 20U);
  ssize_t filled = 0;
  while ((filled = ::write(writer.get(), block.data(), block.size())) > 0) {
  }
  ASSERT_EQ(errno, EAGAIN);
  std::thread reading([&] { EXPECT_GT(::read(reader.get(), block.data(), block.size()), 0); });
  errno = EAGAIN;
  EXPECT_TRUE(IsToTryAgain(writer.get(), POLLOUT));
  EXPECT_GT(::write(writer.get(), "x", 1), 0);
  reading.join();
}

TEST(AwaitPipe, LeavesOtherErrorsToTheCaller) {
  errno = EINTR;
  EXPECT_TRUE(IsToTryAgain(-1, POLLIN));
  errno = EPIPE;
  EXPECT_FALSE(IsToTryAgain(-1, POLLOUT));
  EXPECT_EQ(errno, EPIPE);
}

}  // namespace
}  // namespace acd::commands
