// Kernels before 5.11 (Amazon Linux 2 among them) and gVisor lack pidfd_open or close_range's flag.
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdio>

#include "plugin/exec/command_runner.h"
#include "tests/plugin/exec/process_test_support.h"
#include "tests/support/matchers.h"

namespace acd::exec {
namespace {

/// From now on both calls answer ENOSYS, in this process and its children.
bool TakeNewCallsAway() {
  struct sock_filter filter[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_pidfd_open, 2, 0),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_close_range, 1, 0),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
  };
  const struct sock_fprog program = {std::size(filter), filter};
  return ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
         ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

/// Exit codes say which claim failed.
[[noreturn]] void RunWithoutNewCalls() {
  const auto runner = MakeProcessRunner();
  if (::open("/dev/zero", O_RDONLY) < 0 || !TakeNewCallsAway()) ::_exit(10);
  if (::syscall(SYS_pidfd_open, ::getpid(), 0) != -1 || errno != ENOSYS) ::_exit(11);

  Command list = testing::Shell("exit 0");
  list.program = "/bin/ls";
  list.args = {"/proc/self/fd"};
  const auto listed = runner->Run(list, testing::Plenty());
  if (!listed || testing::Out(*listed) != "0\n1\n2\n3\n") ::_exit(12);

  const auto quiet = runner->Run(testing::Shell("exec >&- 2>&-; sleep 0.1; exit 9"), Budget());
  if (!quiet || quiet->exit_code != 9) ::_exit(13);

  const auto held =
      runner->Run(testing::Shell("sleep 100 >/dev/null & echo $!"), testing::Plenty());
  if (!held || !testing::IsGone(std::stoi(testing::Out(*held)))) ::_exit(14);

  const auto late = runner->Run(testing::Shell("trap '' TERM; while :; do sleep 1; done"),
                                testing::Within(std::chrono::milliseconds(200)));
  if (late || late.error().code != Code::kDeadline) ::_exit(15);
  ::_exit(0);
}

TEST(OldKernel, RunsAndEndsChildrenAsWell) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(RunWithoutNewCalls(), ::testing::ExitedWithCode(0), "");
}

}  // namespace
}  // namespace acd::exec
