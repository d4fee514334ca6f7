// How runs end that don't end by themselves, and what must not survive them.
#include <fcntl.h>
#include <sys/mman.h>

#include <atomic>
#include <sstream>
#include <thread>
#include <vector>

#include "decrypt/base/unique_fd.h"
#include "plugin/exec/command_runner.h"
#include "tests/plugin/exec/process_test_support.h"
#include "tests/support/matchers.h"

namespace acd::exec {
namespace {

using acd::testing::Fails;
using acd::testing::IsOk;
using std::chrono::milliseconds;
using testing::IsGone;
using testing::Out;
using testing::Plenty;
using testing::Shell;
using testing::Within;

Result<Outcome> RunOnce(const Command& command, const Budget& budget = Plenty()) {
  return MakeProcessRunner()->Run(command, budget);
}

milliseconds Since(Budget::Clock::time_point start) {
  return std::chrono::duration_cast<milliseconds>(Budget::Clock::now() - start);
}

/// A file that children write their pids to, because a run that fails returns no output.
class PidFile {
 public:
  PidFile() : fd_(::memfd_create("pids", MFD_CLOEXEC)) {}
  int fd() const { return fd_.get(); }
  std::string path() const { return "/proc/self/fd/" + std::to_string(fd_.get()); }
  std::vector<pid_t> Pids() const {
    char text[4096] = {};
    const ssize_t size = ::pread(fd_.get(), text, sizeof(text) - 1, 0);
    std::vector<pid_t> pids;
    std::istringstream in(std::string(text, size > 0 ? static_cast<std::size_t>(size) : 0));
    for (pid_t pid; in >> pid;) pids.push_back(pid);
    return pids;
  }

 private:
  UniqueFd fd_;
};

Command ShellWithPids(const PidFile& file, const std::string& script) {
  Command command = Shell("exec 9>>" + file.path() + "\n" + script);
  command.pass_fds = {file.fd()};
  return command;
}

TEST(ProcessEnd, DoesSomethingMeanwhile) {
  Command command = Shell("read -r line; echo \"$line\"");
  command.input = AsBytes("a line\n");
  int calls = 0;
  command.meanwhile = [&]() -> Status {
    ++calls;
    return {};
  };
  const auto outcome = RunOnce(command);
  ASSERT_THAT(outcome, IsOk());
  EXPECT_EQ(Out(*outcome), "a line\n");
  EXPECT_EQ(calls, 1);
}

TEST(ProcessEnd, EndsAChildWhenWhatWasToBeDoneMeanwhileFails) {
  const PidFile pids;
  Command command = ShellWithPids(pids, "echo $$ >&9; sleep 1000 & echo $! >&9; wait");
  command.meanwhile = [&]() -> Status {
    while (pids.Pids().size() < 2) ::usleep(1000);
    return Fail(Code::kAuthFailed, "not today");
  };
  EXPECT_THAT(RunOnce(command), Fails(Code::kAuthFailed, "not today"));
  for (const pid_t pid : pids.Pids()) EXPECT_TRUE(IsGone(pid));
}

TEST(ProcessEnd, KillsAChildThatIgnoresTermWhenTheTimeIsUp) {
  const PidFile pids;
  const auto start = Budget::Clock::now();
  const auto outcome = RunOnce(ShellWithPids(pids,
                                             "trap '' TERM; echo $$ >&9; sleep 100 & echo $! >&9; "
                                             "while :; do sleep 1; done"),
                               Within(milliseconds(2000)));
  EXPECT_THAT(outcome, Fails(Code::kDeadline, "sh: the request's time is used up"));
  EXPECT_LT(Since(start), milliseconds(50'000));
  ASSERT_EQ(pids.Pids().size(), 2U);
  for (const pid_t pid : pids.Pids()) EXPECT_TRUE(IsGone(pid));
}

TEST(ProcessEnd, LetsAChildCleanUpOnTerm) {
  const PidFile pids;
  Budget budget = Plenty();
  budget.cancelled = [&pids] { return !pids.Pids().empty(); };
  const auto outcome = RunOnce(
      ShellWithPids(
          pids, "trap 'echo 424242 >&9; exit 0' TERM; echo 1 >&9; while :; do sleep 0.01; done"),
      budget);
  EXPECT_THAT(outcome, Fails(Code::kCancelled, "went away"));
  EXPECT_THAT(pids.Pids(), ::testing::ElementsAre(1, 424242));
}

TEST(ProcessEnd, NoticesACancellation) {
  std::atomic<bool> cancelled = false;
  const PidFile pids;
  Budget budget = Plenty();
  budget.cancelled = [&cancelled] { return cancelled.load(); };
  std::thread canceller([&] {
    while (pids.Pids().empty()) std::this_thread::yield();
    cancelled = true;
  });
  const auto outcome = RunOnce(ShellWithPids(pids, "echo $$ >&9; exec sleep 100"), budget);
  canceller.join();
  EXPECT_THAT(outcome, Fails(Code::kCancelled, "sh: "));
  EXPECT_TRUE(IsGone(pids.Pids().at(0)));
}

TEST(ProcessEnd, StartsNothingWithoutTime) {
  const PidFile pids;
  EXPECT_THAT(RunOnce(ShellWithPids(pids, "echo $$ >&9"), Within(milliseconds(0))),
              Fails(Code::kDeadline, "time is used up"));
  EXPECT_TRUE(pids.Pids().empty());
}

TEST(ProcessEnd, IsNotDelayedByAGrandchildThatHoldsStandardError) {
  const auto outcome = RunOnce(Shell("sleep 100 >/dev/null & echo $!"));
  ASSERT_THAT(outcome, IsOk());
  EXPECT_LT(outcome->wall, milliseconds(20'000));
  EXPECT_TRUE(IsGone(std::stoi(Out(*outcome))));
}

TEST(ProcessEnd, WaitsForWhatIsPrintedInTheBackground) {
  const auto outcome =
      RunOnce(Shell("(sleep 0.3; echo late) & (sleep 0.6; echo last) & echo early"));
  ASSERT_THAT(outcome, IsOk());
  EXPECT_EQ(Out(*outcome), "early\nlate\nlast\n");
}

// More than a pipe holds, through a process that the shell does not wait for.
TEST(ProcessEnd, LosesNothingOfALongOutput) {
  for (int i = 0; i < 5; ++i) {
    const auto outcome = RunOnce(Shell("{ head -c 3000000 /dev/zero | tr '\\0' e; } & exit 0"));
    ASSERT_THAT(outcome, IsOk());
    EXPECT_EQ(outcome->out.size(), 3'000'000U);
  }
}

TEST(ProcessEnd, RefusesWhatMayBeHalfAnOutput) {
  const PidFile pids;
  Command command = ShellWithPids(pids, "sleep 100 & echo $! >&9; echo half");
  command.max_silence = milliseconds(200);
  EXPECT_THAT(RunOnce(command), Fails(Code::kToolFailed, "still holds its standard output"));
  EXPECT_TRUE(IsGone(pids.Pids().at(0)));
}

TEST(ProcessEnd, DoesNotWaitForTheRestOfAFailure) {
  const auto outcome = RunOnce(Shell("sleep 100 & echo $!; exit 3"));
  ASSERT_THAT(outcome, IsOk());
  EXPECT_EQ(outcome->exit_code, 3);
  EXPECT_LT(outcome->wall, milliseconds(5'000));
}

/// A shell that ends as soon as a daemon of its, which left the group, runs `program`.
Command ShellWithDaemon(const PidFile& pids, const std::string& program) {
  return ShellWithPids(pids, "setsid sh -c 'echo $$ >&9; exec " + program +
                                 " 9>&-' & while ! [ -s " + pids.path() +
                                 " ]; do :; done; echo end");
}

TEST(ProcessEnd, IsNotDelayedByADaemonThatLeftTheGroup) {
  const PidFile pids;
  const auto outcome = RunOnce(ShellWithDaemon(pids, "sleep 100 >/dev/null"));
  ::kill(pids.Pids().at(0), SIGKILL);
  ASSERT_THAT(outcome, IsOk());
  EXPECT_LT(outcome->wall, milliseconds(50'000));
  EXPECT_EQ(Out(*outcome), "end\n");
}

TEST(ProcessEnd, IsNotDelayedByADaemonThatFloodsThePipe) {
  const PidFile pids;
  const auto outcome = RunOnce(ShellWithDaemon(pids, "cat /dev/zero >&2"));
  ::kill(pids.Pids().at(0), SIGKILL);
  ASSERT_THAT(outcome, IsOk());
  EXPECT_EQ(Out(*outcome), "end\n");
}

TEST(ProcessEnd, KillsWhatAFailedRunLeftInItsGroup) {
  const PidFile pids;
  Command command = ShellWithPids(pids, "sleep 100 & echo $! >&9; exec cat /dev/zero");
  command.max_stdout_bytes = 100'000;
  EXPECT_THAT(RunOnce(command), Fails(Code::kLimitExceeded, "max_stdout_bytes"));
  EXPECT_TRUE(IsGone(pids.Pids().at(0)));
}

TEST(ProcessEnd, RunsManyAtOnceWithoutMixingThem) {
  const auto runner = MakeProcessRunner();
  const int before = testing::OpenDescriptors();
  std::vector<std::thread> threads;
  std::atomic<int> right = 0;
  for (int i = 0; i < 64; ++i) {
    threads.emplace_back([&runner, &right, i] {
      const std::string text = "run-" + std::to_string(i);
      const UniqueFd memfd(::memfd_create("values", MFD_CLOEXEC));
      if (::pwrite(memfd.get(), text.data(), text.size(), 0) < 0) return;
      Command command = Shell("cat /proc/self/fd/" + std::to_string(memfd.get()) +
                              "; ls /proc/self/fd | wc -l; exit " + std::to_string(i));
      command.pass_fds = {memfd.get()};
      const auto outcome = runner->Run(command, Plenty());
      // The three streams, the memfd, and the folder that ls reads.
      if (outcome && outcome->exit_code == i && Out(*outcome) == text + "5\n") ++right;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(right, 64);
  EXPECT_EQ(testing::OpenDescriptors(), before);
}

TEST(Budget, PutsCancellationBeforeTheDeadline) {
  Budget budget = Within(milliseconds(0));
  EXPECT_THAT(budget.Check(), Fails(Code::kDeadline, "time"));
  budget.cancelled = [] { return true; };
  EXPECT_THAT(budget.Check(), Fails(Code::kCancelled, "client"));
  EXPECT_THAT(Budget().Check(), IsOk());
}

}  // namespace
}  // namespace acd::exec
