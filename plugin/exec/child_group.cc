#include "plugin/exec/child_group.h"

#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "plugin/exec/run_scope.h"

namespace acd::exec {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr milliseconds kTickWithoutPidfd{10};

}  // namespace

ChildGroup::ChildGroup(pid_t leader)
    : leader_(leader), pidfd_(static_cast<int>(::syscall(SYS_pidfd_open, leader, 0))) {
  RegisterLeader(leader);
}

ChildGroup::~ChildGroup() {
  if (!reaped_) Reap();
}

std::optional<siginfo_t> ChildGroup::Look() const {
  siginfo_t info = {};
  int result;
  do {
    result = ::waitid(P_PID, static_cast<id_t>(leader_), &info, WEXITED | WNOHANG | WNOWAIT);
  } while (result != 0 && errno == EINTR);
  if (result != 0) return std::nullopt;
  return info;
}

bool ChildGroup::Exited() const {
  const auto info = Look();
  return !info || info->si_pid == leader_;
}

bool ChildGroup::Succeeded() const {
  const auto info = Look();
  return info && info->si_pid == leader_ && info->si_code == CLD_EXITED && info->si_status == 0;
}

void ChildGroup::Terminate(milliseconds grace) const {
  ::kill(-leader_, SIGTERM);
  const Clock::time_point end = Clock::now() + grace;
  while (!Exited()) {
    const auto left = std::chrono::ceil<milliseconds>(end - Clock::now());
    if (left.count() <= 0) return;
    struct pollfd exit = {pidfd_.get(), POLLIN, 0};
    const auto wait = pidfd_ ? left : std::min(left, kTickWithoutPidfd);
    ::poll(&exit, 1, static_cast<int>(wait.count()));
  }
}

std::optional<ExitStatus> ChildGroup::Reap() {
  ::kill(-leader_, SIGKILL);
  reaped_ = true;
  int status = 0;
  pid_t result;
  do {
    result = ::waitpid(leader_, &status, 0);
  } while (result < 0 && errno == EINTR);
  ForgetLeader(leader_);
  if (result != leader_) return std::nullopt;
  if (WIFSIGNALED(status)) return ExitStatus{128 + WTERMSIG(status), WTERMSIG(status)};
  return ExitStatus{WEXITSTATUS(status), 0};
}

}  // namespace acd::exec
