#include "plugin/exec/spawn.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#define BOOST_POSIX_HAS_VFORK 1  // else Boost knows its name only
#include <boost/process/child.hpp>
#include <boost/process/error.hpp>
#include <boost/process/exe.hpp>
#include <boost/process/extend.hpp>
#include <boost/process/posix.hpp>
#include <cerrno>
#include <string>
#include <system_error>
#include <vector>

#include "decrypt/base/system_failure.h"
#include "decrypt/base/unique_fd.h"
#include "plugin/exec/child_setup.h"

namespace acd::exec {
namespace {

namespace bp = boost::process;

/// argv or envp: pointers into the strings it owns.
class CStringArray {
 public:
  void Add(std::string text) { texts_.push_back(std::move(text)); }
  char* const* Finish() {
    for (std::string& text : texts_) pointers_.push_back(text.data());
    pointers_.push_back(nullptr);
    return pointers_.data();
  }

 private:
  std::vector<std::string> texts_;
  std::vector<char*> pointers_;
};

/// Hooks into Boost's fork and exec. Boost's own pieces for these steps would not do: its start_dir
/// ignores a chdir that fails, its argument and environment arrays read the front of empty strings,
/// and its error pipe can leak into a sibling and leaves a failed child unreaped.
struct Hooks : bp::extend::handler {
  ChildPlan plan;
  char* const* argv;
  char* const* envp;
  int fork_error = 0;

  template <typename Executor>
  void on_fork_error(Executor& /*executor*/, const std::error_code& error) {
    fork_error = error.value();
  }
  template <typename Executor>
  void on_exec_setup(Executor& executor) const {
    PrepareChild(plan);
    executor.cmd_line = argv;
    executor.env = const_cast<char**>(envp);
  }
  template <typename Executor>
  void on_exec_error(Executor& /*executor*/, const std::error_code& error) const {
    ReportAndExit(plan.report_fd, ChildStep::kExec, error.value());
  }
};

/// Holds signals back from this thread. Until exec the child has our memory (vfork: a fork would
/// copy its page tables, more work than all else here), so no handler of ours may run there; it
/// takes none before it has reset them.
class NoSignals {
 public:
  NoSignals() {
    sigset_t all;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  ~NoSignals() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  NoSignals(const NoSignals&) = delete;
  NoSignals& operator=(const NoSignals&) = delete;

 private:
  sigset_t before_ = {};
};

bool HasNul(std::string_view text) { return text.find('\0') != std::string_view::npos; }

Status CheckStrings(const Command& command) {
  const std::string name = ProgramName(command);
  if (command.program.empty() || command.program.front() != '/' || HasNul(command.program)) {
    return Fail(Code::kInternal, name + ": the program is not an absolute path");
  }
  if (HasNul(command.called)) return Fail(Code::kInvalidInput, name + ": has a NUL byte");
  if (HasNul(command.directory)) {
    return Fail(Code::kInvalidInput, name + ": working directory: has a NUL byte");
  }
  for (std::size_t i = 0; i < command.args.size(); ++i) {
    if (HasNul(command.args[i])) {
      return Fail(Code::kInvalidInput,
                  name + ": argument " + std::to_string(i + 1) + ": has a NUL byte");
    }
  }
  for (const auto& [key, value] : command.environment) {
    if (key.empty() || key.find('=') != std::string::npos || HasNul(key) || HasNul(value)) {
      return Fail(Code::kInvalidInput,
                  name + ": environment: a name is empty or has '=', or an entry has a NUL byte");
    }
  }
  return {};
}

/// A name with a slash in it that is no absolute path.
bool IsRelativePath(const std::string& name) {
  return !name.starts_with('/') && name.find('/') != std::string::npos;
}

const std::string& PathToStart(const Command& command) {
  return IsRelativePath(command.called) ? command.called : command.program;
}

Failure ExplainExec(const Command& command, int error) {
  if (error == ENOENT && ::access(command.program.c_str(), F_OK) == 0) {
    return Fail(Code::kNotFound, command.program + ": its interpreter does not exist");
  }
  if (error == ENOENT || error == ENOTDIR) {
    return Fail(Code::kNotFound, command.program + ": no such program");
  }
  if (error == E2BIG) {
    return Fail(Code::kIo, command.program + ": arguments and environment are too long");
  }
  return SystemFailure(command.program + ": can't be started", error);
}

Failure Explain(const Command& command, const ChildReport& report) {
  switch (report.step) {
    case ChildStep::kStdio:
      return SystemFailure(command.program + ": standard streams", report.error);
    case ChildStep::kSignals:
      return SystemFailure(command.program + ": signals", report.error);
    case ChildStep::kGroup:
      return SystemFailure(command.program + ": process group", report.error);
    case ChildStep::kPrivileges:
      return SystemFailure(command.program + ": no_new_privs and limits", report.error);
    case ChildStep::kFiles:
      return SystemFailure(command.program + ": files to pass", report.error);
    case ChildStep::kDirectory:
      return SystemFailure(command.program + ": working directory", report.error);
    case ChildStep::kExec:
      return ExplainExec(command, report.error);
  }
  return Fail(Code::kInternal, command.program + ": unknown step");
}

/// A descriptor that dup2 onto 0 to 3 in the child can't overwrite: its own, or a copy if that is
/// too low, as it may be when the server was started with standard streams closed.
class HighFd {
 public:
  Status Take(int fd) {
    fd_ = fd;
    if (fd >= 4) return {};
    copy_.Reset(::fcntl(fd, F_DUPFD_CLOEXEC, 4));
    if (!copy_) return SystemFailure("descriptor", errno);
    fd_ = copy_.get();
    return {};
  }
  int get() const { return fd_; }
  void Close() { copy_.Reset(); }

 private:
  int fd_ = -1;  ///< borrowed, or the copy
  UniqueFd copy_;
};

/// What the child's 0, 1 and 2 are made from, out of the way of each other.
class Stdio {
 public:
  Status Open(const ChildStreams& streams) {
    const std::array<int, 3> given = {streams.in, streams.out, streams.err};
    for (std::size_t i = 0; i < given.size(); ++i) {
      if (given[i] < 0 && !null_) {
        null_.Reset(::open("/dev/null", O_RDWR | O_CLOEXEC));
        if (!null_) return SystemFailure("/dev/null", errno);
      }
      ACD_CHECK(fds_[i].Take(given[i] < 0 ? null_.get() : given[i]));
    }
    return {};
  }
  std::array<int, 3> fds() const { return {fds_[0].get(), fds_[1].get(), fds_[2].get()}; }

 private:
  UniqueFd null_;
  std::array<HighFd, 3> fds_;
};

/// Waits until exec closed the report pipe, or the child told why there was none.
bool ReadReport(int fd, ChildReport& report) {
  for (;;) {
    const ssize_t size = ::read(fd, &report, sizeof(report));
    if (size < 0 && errno == EINTR) continue;
    return size == static_cast<ssize_t>(sizeof(report));
  }
}

}  // namespace

std::string ProgramName(const Command& command) {
  return command.program.substr(command.program.rfind('/') + 1);
}

Result<pid_t> Spawn(const Command& command, const ChildStreams& streams, std::string mark) {
  ACD_CHECK(CheckStrings(command));
  CStringArray arguments;
  CStringArray environment;
  arguments.Add(command.called.empty() ? command.program : command.called);
  for (const std::string& argument : command.args) arguments.Add(argument);
  const std::string marked = mark.substr(0, mark.find('='));
  for (const auto& [key, value] : command.environment) {
    if (key != marked) environment.Add(key + "=" + value);
  }
  if (!mark.empty()) environment.Add(std::move(mark));

  Stdio stdio;
  ACD_CHECK(stdio.Open(streams));
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return SystemFailure("pipe", errno);
  UniqueFd report_read(ends[0]);
  UniqueFd report_write(ends[1]);
  HighFd report;
  ACD_CHECK(report.Take(report_write.get()));

  Hooks hooks;
  hooks.plan = ChildPlan{.stdio = stdio.fds(),
                         .pass_fds = command.pass_fds,
                         .listening_socket = command.listening_socket,
                         .directory = command.directory.empty() ? "/" : command.directory.c_str(),
                         .report_fd = report.get(),
                         .parent = ::getpid(),
                         .max_file_bytes = command.max_file_bytes,
                         .has_exact_timers = command.has_exact_timers};
  hooks.argv = arguments.Finish();
  hooks.envp = environment.Finish();

  pid_t pid = -1;
  try {
    const NoSignals no_signals;
    bp::child child(bp::exe = PathToStart(command), bp::ignore_error, bp::posix::use_vfork, hooks);
    child.detach();  // reaping is ours: see ChildGroup
    pid = child.id();
  } catch (const bp::process_error& error) {
    return SystemFailure(command.program + ": can't be started", error.code().value());
  }
  if (pid < 0) {
    return SystemFailure(command.program + ": can't be started", hooks.fork_error);
  }
  report_write.Reset();
  report.Close();
  ChildReport problem = {};
  if (!ReadReport(report_read.get(), problem)) return pid;
  while (::waitpid(pid, nullptr, 0) < 0 && errno == EINTR) {
  }
  return Explain(command, problem);
}

}  // namespace acd::exec
