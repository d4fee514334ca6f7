#include "plugin/exec/child_channel.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "decrypt/base/system_failure.h"
#include "plugin/exec/spawn.h"

namespace acd::exec {
namespace {

using std::chrono::milliseconds;

// A grandchild may hold the output open after its parent's end.
constexpr milliseconds kExitTick{20};

constexpr milliseconds kCheckTick{100};

}  // namespace

Result<std::unique_ptr<ChildChannel>> ChildChannel::Start(const Command& command,
                                                          milliseconds limit, Check check) {
  const std::string name = ProgramName(command);
  const auto end = Budget::Clock::now() + limit;
  ACD_TRY(ChildInput in, ChildInput::Open());
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return SystemFailure(name, errno);
  UniqueFd out(ends[0]);
  UniqueFd theirs(ends[1]);
  ACD_TRY(const pid_t pid, Spawn(command, {.in = in.theirs(), .out = theirs.get()}));
  in.CloseTheirs();
  return std::unique_ptr<ChildChannel>(
      new ChildChannel(name, pid, std::move(in), std::move(out), end, std::move(check)));
}

Result<bool> ChildChannel::Await(int fd, short events) const {
  for (;;) {
    const auto left = std::chrono::ceil<milliseconds>(end_ - Budget::Clock::now());
    if (left.count() <= 0) return Fail(Code::kDeadline, name_ + ": took too long");
    ACD_CHECK(StillWanted(check_));
    auto wait = left;
    if (check_) wait = std::min(wait, kCheckTick);
    if (group_.poll_fd() < 0) wait = std::min(wait, kExitTick);
    std::array<struct pollfd, 2> polled = {{{fd, events, 0}, {group_.poll_fd(), POLLIN, 0}}};
    const int ready = ::poll(polled.data(), polled.size(), static_cast<int>(wait.count()));
    if (ready < 0 && errno != EINTR) return SystemFailure(name_, errno);
    if (ready > 0 && polled[0].revents != 0) return true;
    if (group_.Exited()) return false;
  }
}

Status ChildChannel::Write(std::span<const std::uint8_t> bytes) {
  while (in_.Write(bytes)) {
    if (bytes.empty()) return {};
    ACD_TRY(const bool is_ready, Await(in_.fd(), POLLOUT));
    if (!is_ready) return Fail(Code::kIo, name_ + ": has ended");
  }
  return Fail(Code::kIo, name_ + ": reads no further");
}

Result<std::size_t> ChildChannel::Read(std::span<std::uint8_t> buffer) {
  if (buffer.empty()) return std::size_t{0};
  ACD_TRY(const bool is_ready, Await(out_.get(), POLLIN));
  if (!is_ready) return std::size_t{0};
  for (;;) {
    const ssize_t size = ::read(out_.get(), buffer.data(), buffer.size());
    if (size >= 0) return static_cast<std::size_t>(size);
    if (errno != EINTR) return SystemFailure(name_, errno);
  }
}

}  // namespace acd::exec
