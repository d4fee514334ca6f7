#include "plugin/workspace/read_gate.h"

#include <fcntl.h>
#include <unistd.h>

#include <charconv>
#include <csignal>
#include <string_view>
#include <utility>

#include "plugin/workspace/workspace.h"

namespace acd::workspace {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::seconds;

constexpr const char* kBreakTime = "/proc/sys/fs/lease-break-time";

/// How long the kernel makes somebody wait; 0 if that is not known.
seconds BreakTime() {
  const auto text = ReadFile(kBreakTime, 64);
  int value = 0;
  if (text) {
    const std::string_view digits = text->ExposeText();
    std::from_chars(digits.data(), digits.data() + digits.size(), value);
  }
  return seconds(value);
}

}  // namespace

ReadGate::ReadGate(UniqueFd fd, Clock::time_point until) : fd_(std::move(fd)), until_(until) {}

std::optional<ReadGate> ReadGate::Close(const std::string& path) {
  static const seconds kBreak = BreakTime();
  if (kBreak < seconds(2)) return std::nullopt;
  UniqueFd fd(::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
  // The signal which says that somebody waits: SIGIO would end this process, SIGURG does nothing.
  if (!fd || ::fcntl(fd.get(), F_SETSIG, SIGURG) != 0 ||
      ::fcntl(fd.get(), F_SETLEASE, F_WRLCK) != 0) {
    return std::nullopt;
  }
  return ReadGate(std::move(fd), Clock::now() + kBreak - seconds(1));
}

bool ReadGate::Open() {
  const bool in_time = Clock::now() < until_;
  const bool opened = ::fcntl(fd_.get(), F_SETLEASE, F_UNLCK) == 0;
  fd_.Reset();
  return in_time && opened;
}

}  // namespace acd::workspace
