#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include <cerrno>
#include <filesystem>
#include <set>
#include <sstream>

#include "decrypt/base/unique_fd.h"
#include "plugin/exec/command_runner.h"
#include "tests/plugin/exec/process_test_support.h"
#include "tests/support/matchers.h"
#include "tests/support/temp_dir.h"

namespace acd::exec {
namespace {

using acd::testing::Fails;
using acd::testing::IsOk;
using ::testing::HasSubstr;
using testing::IsGone;
using ::testing::Not;
using testing::Out;
using testing::Plenty;
using testing::Shell;

Result<Outcome> RunOnce(const Command& command, const Budget& budget = Plenty()) {
  return MakeProcessRunner()->Run(command, budget);
}

std::set<std::string> Lines(const std::string& text) {
  std::set<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.insert(line);
  return lines;
}

TEST(ProcessRunner, ReturnsOutputErrorTextAndExitCode) {
  const auto outcome = RunOnce(Shell("printf out; printf 'warn \\n\\n' >&2; exit 7"));
  ASSERT_THAT(outcome, IsOk());
  EXPECT_EQ(Out(*outcome), "out");
  EXPECT_EQ(outcome->err, "warn");
  EXPECT_EQ(outcome->exit_code, 7);
}

TEST(ProcessRunner, BoundsTheFilesThatAreWritten) {
  const acd::testing::TempDir dir;
  Command command = Shell("head -c 100000 /dev/zero >file");
  command.directory = dir.path();
  command.max_file_bytes = 4096;
  const auto outcome = RunOnce(command);
  ASSERT_THAT(outcome, IsOk());
  EXPECT_NE(outcome->exit_code, 0);
  EXPECT_EQ(std::filesystem::file_size(dir / "file"), 4096U);
}

TEST(ProcessRunner, PassesArgumentsUnchanged) {
  Command command = Shell(R"(for a in "$@"; do printf '[%s]' "$a"; done)");
  command.args.insert(command.args.end(), {"sh", "", "a b", "$HOME", "'\"", "--", "\n", "é"});
  const auto outcome = RunOnce(command);
  ASSERT_THAT(outcome, IsOk());
  EXPECT_EQ(Out(*outcome), "[][a b][$HOME]['\"][--][\n][é]");
}

TEST(ProcessRunner, GivesExactlyTheEnvironmentAskedFor) {
  ASSERT_EQ(::setenv("SOPS_AGE_KEY", "must-not-be-inherited", 1), 0);
  Command command;
  command.program = "/usr/bin/env";
  command.directory = "/";
  command.environment = {{"A", ""}, {"B", "x=y z"}, {"LONG", std::string(5000, 'v')}};
  const auto outcome = RunOnce(command);
  ASSERT_THAT(outcome, IsOk());
  EXPECT_EQ(Lines(Out(*outcome)),
            (std::set<std::string>{"A=", "B=x=y z", "LONG=" + std::string(5000, 'v')}));

  command.environment.clear();
  const auto empty = RunOnce(command);
  ASSERT_THAT(empty, IsOk());
  EXPECT_EQ(Out(*empty), "");
}

TEST(ProcessRunner, RefusesStringsThatWouldBeCutOrChangeAnotherVariable) {
  Command command = Shell("exit 0");
  command.environment["PATH=/evil:"] = "x";
  EXPECT_THAT(RunOnce(command), Fails(Code::kInvalidInput, "sh: environment"));
  command = Shell("exit 0");
  command.environment[""] = "x";
  EXPECT_THAT(RunOnce(command), Fails(Code::kInvalidInput, "environment"));
  command = Shell("exit 0");
  command.environment["A"] = std::string("a\0b", 3);
  EXPECT_THAT(RunOnce(command), Fails(Code::kInvalidInput, "NUL"));
  command = Shell("exit 0");
  command.args.push_back(std::string("a\0b", 3));
  EXPECT_THAT(RunOnce(command), Fails(Code::kInvalidInput, "argument 3"));
}

TEST(ProcessRunner, StartsInTheDirectoryWithEmptyInput) {
  Command command = Shell("pwd -P; readlink /proc/self/fd/0; cat");
  command.directory = "/usr/bin";
  const auto outcome = RunOnce(command);
  ASSERT_THAT(outcome, IsOk());
  EXPECT_EQ(Out(*outcome), "/usr/bin\n/dev/null\n");
}

TEST(ProcessRunner, LeaksNoDescriptor) {
  // One without close-on-exec, as a careless library would open it, and one far up.
  const UniqueFd careless(::open("/dev/zero", O_RDONLY));
  const UniqueFd high(::fcntl(careless.get(), F_DUPFD, 900));
  ASSERT_TRUE(careless && high);
  Command command;
  command.program = "/bin/ls";
  command.args = {"/proc/self/fd"};
  command.directory = "/";
  const auto outcome = RunOnce(command);
  ASSERT_THAT(outcome, IsOk());
  // 3 is the folder that ls itself reads.
  EXPECT_EQ(Lines(Out(*outcome)), (std::set<std::string>{"0", "1", "2", "3"}));
}

TEST(ProcessRunner, HandsOverASecretInAMemfdOnly) {
  const std::string canary = "canary-1f3b";
  const UniqueFd memfd(::memfd_create("values", MFD_CLOEXEC));
  ASSERT_EQ(::write(memfd.get(), canary.data(), canary.size()),
            static_cast<ssize_t>(canary.size()));
  ASSERT_EQ(::lseek(memfd.get(), 0, SEEK_SET), 0);
  const std::string path = "/proc/self/fd/" + std::to_string(memfd.get());
  Command command = Shell("cat " + path + "; cat /proc/$$/cmdline /proc/$$/environ >&2");
  command.pass_fds = {memfd.get()};
  const auto outcome = RunOnce(command);
  ASSERT_THAT(outcome, IsOk());
  EXPECT_EQ(Out(*outcome), canary);
  EXPECT_THAT(outcome->err, HasSubstr("PATH="));
  EXPECT_THAT(outcome->err, Not(HasSubstr(canary)));
  // Still closed for the next child of ours.
  EXPECT_EQ(::fcntl(memfd.get(), F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
}

TEST(ProcessRunner, ReportsADescriptorThatIsNotOpen) {
  Command command = Shell("exit 0");
  command.pass_fds = {987};
  EXPECT_THAT(RunOnce(command), Fails(Code::kIo, "files to pass"));
}

TEST(ProcessRunner, ResetsSignalsPrivilegesAndCoreDumps) {
  sigset_t blocked;
  sigset_t before;
  ::sigemptyset(&blocked);
  ::sigaddset(&blocked, SIGTERM);
  ASSERT_EQ(::pthread_sigmask(SIG_BLOCK, &blocked, &before), 0);
  const auto old = ::signal(SIGPIPE, SIG_IGN);
  const auto outcome = RunOnce(Shell("cat /proc/self/status; cat /proc/self/limits"));
  ::signal(SIGPIPE, old);
  ASSERT_EQ(::pthread_sigmask(SIG_SETMASK, &before, nullptr), 0);
  ASSERT_THAT(outcome, IsOk());
  EXPECT_THAT(Out(*outcome), HasSubstr("SigBlk:\t0000000000000000"));
  EXPECT_THAT(Out(*outcome), HasSubstr("SigIgn:\t0000000000000000"));
  EXPECT_THAT(Out(*outcome), HasSubstr("NoNewPrivs:\t1"));
  EXPECT_THAT(Out(*outcome), HasSubstr("Max core file size        0                    0"));
}

TEST(ProcessRunner, LeadsItsOwnProcessGroup) {
  const auto outcome = RunOnce(Shell("echo $$; cut -d' ' -f5 /proc/$$/stat"));
  ASSERT_THAT(outcome, IsOk());
  EXPECT_EQ(Lines(Out(*outcome)).size(), 1U) << Out(*outcome);
}

TEST(ProcessRunner, NamesAProgramThatIsNotThere) {
  Command command = Shell("exit 0");
  command.program = "/nonexistent/helm";
  EXPECT_THAT(RunOnce(command), Fails(Code::kNotFound, "/nonexistent/helm"));
}

TEST(ProcessRunner, NamesAFileThatIsNoProgramAndAFolderThatIsNotThere) {
  Command command = Shell("exit 0");
  command.program = "/etc/passwd";
  EXPECT_THAT(RunOnce(command), Fails(Code::kIo, "/etc/passwd"));
  command = Shell("exit 0");
  const acd::testing::TempDir folder;
  command.directory = folder / "missing";
  EXPECT_THAT(RunOnce(command), Fails(Code::kIo, "working directory"));
}

TEST(ProcessRunner, LeavesNoZombieAndNoDescriptorBehind) {
  const int before = testing::OpenDescriptors();
  Command missing = Shell("exit 0");
  missing.program = "/nonexistent/helm";
  for (int i = 0; i < 50; ++i) {
    EXPECT_THAT(RunOnce(missing), Fails(Code::kNotFound, "helm"));
    EXPECT_THAT(RunOnce(Shell("exit 3")), IsOk());
  }
  EXPECT_EQ(testing::OpenDescriptors(), before);
  errno = 0;
  EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1);
  EXPECT_EQ(errno, ECHILD);
}

TEST(ProcessRunner, ReportsDeathByASignalAsAShellDoes) {
  const auto outcome = RunOnce(Shell("kill -SEGV $$"));
  ASSERT_THAT(outcome, IsOk());
  EXPECT_EQ(outcome->exit_code, 128 + SIGSEGV);
}

TEST(ProcessRunner, TakesOutputUpToItsLimitAndNoMore) {
  Command command = Shell("head -c 300000 /dev/zero");
  command.max_stdout_bytes = 300'000;
  const auto outcome = RunOnce(command);
  ASSERT_THAT(outcome, IsOk());
  EXPECT_EQ(outcome->out.size(), 300'000U);
  command.max_stdout_bytes = 299'999;
  EXPECT_THAT(RunOnce(command), Fails(Code::kLimitExceeded, "max_stdout_bytes"));
}

TEST(ProcessRunner, EndsAFloodOfOutput) {
  Command command = Shell("exec cat /dev/zero");
  command.max_stdout_bytes = 1U << 20U;
  EXPECT_THAT(RunOnce(command), Fails(Code::kLimitExceeded, "sh: standard output"));
}

TEST(ProcessRunner, CapsErrorTextAndDrainsTheRest) {
  Command command = Shell("head -c 3000000 /dev/zero | tr '\\0' e >&2; echo done");
  command.max_stderr_bytes = 1000;
  const auto outcome = RunOnce(command);
  ASSERT_THAT(outcome, IsOk());
  EXPECT_EQ(Out(*outcome), "done\n");
  EXPECT_EQ(outcome->err,
            std::string(500, 'e') + "\n(2999000 bytes dropped)\n" + std::string(500, 'e'));
}

TEST(ProcessRunner, TakesBothStreamsAtOnce) {
  const auto outcome =
      RunOnce(Shell("head -c 1000000 /dev/zero >&2 & head -c 1000000 /dev/zero; wait"));
  ASSERT_THAT(outcome, IsOk());
  EXPECT_EQ(outcome->out.size(), 1'000'000U);
}

TEST(ProcessRunner, WaitsForAChildThatClosedItsStreams) {
  const auto outcome = RunOnce(Shell("exec >&- 2>&-; sleep 0.2; exit 9"));
  ASSERT_THAT(outcome, IsOk());
  EXPECT_EQ(outcome->exit_code, 9);
  EXPECT_GE(outcome->wall.count(), 150);
}

}  // namespace
}  // namespace acd::exec
