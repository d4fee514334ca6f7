#include "plugin/exec/child_setup.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <climits>

#include "plugin/exec/file_limit.h"

namespace acd::exec {
namespace {

/// execve keeps ignored signals ignored and blocked ones blocked, and a server has both (SIGPIPE,
/// SIGTERM). Dispositions first: our own handlers must not run in the child.
bool ResetSignals() noexcept {
  struct sigaction standard = {};
  standard.sa_handler = SIG_DFL;
  for (int number = 1; number < NSIG; ++number) {
    if (number == SIGKILL || number == SIGSTOP) continue;
    // The C library keeps two signals to itself and says EINVAL.
    if (::sigaction(number, &standard, nullptr) != 0 && errno != EINVAL) return false;
  }
  sigset_t none;
  ::sigemptyset(&none);
  return ::sigprocmask(SIG_SETMASK, &none, nullptr) == 0;
}

bool DropPrivileges(pid_t parent, std::size_t max_file_bytes) noexcept {
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return false;
  const struct rlimit no_core = {0, 0};
  if (::setrlimit(RLIMIT_CORE, &no_core) != 0) return false;
  const struct rlimit file_size = {max_file_bytes, max_file_bytes};
  if (max_file_bytes > 0 && ::setrlimit(RLIMIT_FSIZE, &file_size) != 0) return false;
  if (const rlimit* const files = FileLimitBefore();
      files != nullptr && ::setrlimit(RLIMIT_NOFILE, files) != 0) {
    return false;
  }
  // A child does not survive us, even when we are killed. The signal follows the thread that
  // forked, which waits for the child in Run.
  if (::prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0) return false;
  if (::getppid() != parent) ::_exit(127);  // died before the line above
  return true;
}

/// Go's runtime looks after its threads every 20 us while they work. With the kernel's usual slack
/// of 50 us that is a twentieth of what helm and kustomize take; nothing that a renderer starts
/// needs a timer as exact as that.
void WakeRarely() noexcept {
  constexpr unsigned long kTimerSlackNs = 5'000'000;
  ::prctl(PR_SET_TIMERSLACK, kTimerSlackNs, 0, 0, 0);
}

int ParseFd(const char* name) noexcept {
  int value = 0;
  if (*name == '\0') return -1;
  for (; *name != '\0'; ++name) {
    if (*name < '0' || *name > '9' || value > INT_MAX / 10 - 1) return -1;
    value = value * 10 + (*name - '0');
  }
  return value;
}

/// For kernels before 5.11. opendir allocates, so the entries are read by the bare call.
bool MarkAllCloseOnExecByList() noexcept {
  const int list = ::open("/proc/self/fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (list < 0) return false;
  alignas(struct dirent64) char buffer[4096];
  for (;;) {
    const long size = ::syscall(SYS_getdents64, list, buffer, sizeof(buffer));
    if (size < 0) return false;
    if (size == 0) break;
    for (long at = 0; at < size;) {
      const auto* entry = reinterpret_cast<const struct dirent64*>(buffer + at);
      const int fd = ParseFd(entry->d_name);
      if (fd > 2 && ::fcntl(fd, F_SETFD, FD_CLOEXEC) != 0) return false;
      at += entry->d_reclen;
    }
  }
  ::close(list);
  return true;
}

/// Everything of ours is close-on-exec already; this is for what a library opened otherwise.
bool MarkAllCloseOnExec() noexcept {
  if (::syscall(SYS_close_range, 3U, UINT_MAX, CLOSE_RANGE_CLOEXEC) == 0) return true;
  return MarkAllCloseOnExecByList();
}

bool KeepOnly(std::span<const int> pass_fds, int listening_socket) noexcept {
  if (!MarkAllCloseOnExec()) return false;
  if (listening_socket == 3 && ::fcntl(3, F_SETFD, 0) != 0) return false;
  if (listening_socket > 3 && ::dup2(listening_socket, 3) != 3) return false;
  for (const int fd : pass_fds) {
    if (::fcntl(fd, F_SETFD, 0) != 0) return false;
  }
  return true;
}

}  // namespace

void ReportAndExit(int report_fd, ChildStep step, int error) noexcept {
  const ChildReport report = {step, error};
  while (::write(report_fd, &report, sizeof(report)) < 0 && errno == EINTR) {
  }
  ::_exit(127);
}

void PrepareChild(const ChildPlan& plan) noexcept {
  const auto check = [&plan](bool ok, ChildStep step) {
    if (!ok) ReportAndExit(plan.report_fd, step, errno);
  };
  check(ResetSignals(), ChildStep::kSignals);
  check(::setpgid(0, 0) == 0, ChildStep::kGroup);
  check(DropPrivileges(plan.parent, plan.max_file_bytes), ChildStep::kPrivileges);
  if (!plan.has_exact_timers) WakeRarely();
  for (int fd = 0; fd < 3; ++fd) {
    check(::dup2(plan.stdio[static_cast<std::size_t>(fd)], fd) == fd, ChildStep::kStdio);
  }
  check(KeepOnly(plan.pass_fds, plan.listening_socket), ChildStep::kFiles);
  check(::chdir(plan.directory) == 0, ChildStep::kDirectory);
}

}  // namespace acd::exec
