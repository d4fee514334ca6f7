#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <string_view>

#include "decrypt/base/system_failure.h"
#include "decrypt/base/unique_fd.h"
#include "plugin/exec/child_group.h"
#include "plugin/exec/child_input.h"
#include "plugin/exec/command_runner.h"
#include "plugin/exec/run_scope.h"
#include "plugin/exec/spawn.h"

namespace acd::exec {
namespace {

using std::chrono::milliseconds;

// Wiped after each run, so no larger than pays.
constexpr std::size_t kReadBytes = 16U << 10U;
constexpr std::size_t kPipeBytes = 64U << 10U;  // what a pipe holds, if it does not say
constexpr milliseconds kCancelTick{40};         // how late a cancellation may be noticed
constexpr milliseconds kTickWithoutPidfd{10};   // how late an exit may be noticed
constexpr milliseconds kLimitTick{100};         // how late a passed limit may be noticed
constexpr milliseconds kGrace{300};             // between SIGTERM and SIGKILL
constexpr milliseconds kDeadlineGrace{100};  // the answer has to leave before the client gives up

struct Pipe {
  UniqueFd read;
  UniqueFd write;
};

Result<Pipe> OpenPipe() {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) {
    return SystemFailure("pipe", errno);
  }
  Pipe pipe{UniqueFd(ends[0]), UniqueFd(ends[1])};
  // Only our end: the child's programs expect a pipe that blocks.
  if (::fcntl(pipe.read.get(), F_SETFL, O_NONBLOCK) != 0) {
    return SystemFailure("pipe", errno);
  }
  return pipe;
}

/// What a child prints, taken in as it comes.
class Capture {
 public:
  explicit Capture(const Command& command) : command_(command), buffer_(kReadBytes) {}

  Status Out(std::span<const std::uint8_t> bytes) {
    const std::size_t room = command_.max_stdout_bytes - out_.size();
    if (bytes.size() > room && command_.drops_more_stdout) {
      out_.Append(bytes.first(room));
      return {};
    }
    if (bytes.size() > room) {
      return Fail(Code::kLimitExceeded, "standard output: more than " +
                                            std::to_string(command_.max_stdout_bytes) +
                                            " bytes (limit max_stdout_bytes)");
    }
    out_.Append(bytes);
    return {};
  }
  /// Keeps the first and the last of it: a cause stands at either end.
  Status Err(std::span<const std::uint8_t> bytes) {
    const std::size_t half = command_.max_stderr_bytes / 2;
    const std::size_t room = std::min(half - err_.size(), bytes.size());
    err_.append(AsText(bytes.first(room)));
    err_end_.append(AsText(bytes.subspan(room)));
    if (err_end_.size() > 2 * half) DropErr(half);
    return {};
  }
  /// One read of at most `limit` bytes. 0 when there is nothing for now; closes `fd` at its end.
  Result<std::size_t> Read(UniqueFd& fd, std::size_t limit, bool is_err) {
    const auto room = buffer_.ExposeMutable().first(std::min(limit, buffer_.size()));
    const ssize_t size = ::read(fd.get(), room.data(), room.size());
    if (size < 0 && (errno == EAGAIN || errno == EINTR)) return std::size_t{0};
    if (size < 0) return SystemFailure("pipe", errno);
    if (size == 0) {
      fd.Reset();
      return std::size_t{0};
    }
    const auto bytes = room.first(static_cast<std::size_t>(size));
    ACD_CHECK(is_err ? Err(bytes) : Out(bytes));
    return bytes.size();
  }
  /// What an ended child left in its pipe, and no more: a descendant that is still alive may go on
  /// writing for ever.
  Status Drain(UniqueFd& fd, bool is_err) {
    if (!fd) return {};
    const int capacity = ::fcntl(fd.get(), F_GETPIPE_SZ);
    std::size_t left = capacity > 0 ? static_cast<std::size_t>(capacity) : kPipeBytes;
    while (left > 0 && fd) {
      ACD_TRY(const std::size_t size, Read(fd, left, is_err));
      if (size == 0) break;
      left -= size;
    }
    return {};
  }

  SecretBytes TakeOut() { return std::move(out_); }
  std::string TakeErr() {
    const std::size_t half = command_.max_stderr_bytes / 2;
    if (err_end_.size() > half) DropErr(half);
    if (err_dropped_ > 0) err_ += "\n(" + std::to_string(err_dropped_) + " bytes dropped)\n";
    err_ += err_end_;
    err_.erase(err_.find_last_not_of(" \t\r\n\f\v") + 1);
    return std::move(err_);
  }

 private:
  void DropErr(std::size_t left) {
    err_dropped_ += err_end_.size() - left;
    err_end_.erase(0, err_end_.size() - left);
  }

  const Command& command_;
  SecretBytes buffer_;
  SecretBytes out_;
  std::string err_;      ///< the first half of what may be kept
  std::string err_end_;  ///< the last
  std::size_t err_dropped_ = 0;
};

/// What a child gets to read, given to it as it takes it.
class Feed {
 public:
  /// Nothing to read: the child's standard input stays /dev/null.
  static Result<Feed> Open(std::span<const std::uint8_t> input) {
    Feed feed;
    feed.rest_ = input;
    if (input.empty()) return feed;
    ACD_TRY(feed.input_, ChildInput::Open());
    return feed;
  }
  int theirs() const { return input_ ? input_->theirs() : -1; }
  void CloseTheirs() {
    if (input_) input_->CloseTheirs();
  }
  int fd() const { return input_ ? input_->fd() : -1; }
  /// A child may have read enough before the end: that is no error.
  void Write() {
    if (!input_->Write(rest_) || rest_.empty()) input_.reset();
  }

 private:
  std::optional<ChildInput> input_;
  std::span<const std::uint8_t> rest_;
};

/// Holds a run to its limits, if it has any. Costs nothing in a run that is over before the first
/// look.
class LimitWatch {
 public:
  LimitWatch(const ChildLimits& limits, const RunScope& scope) : limits_(limits), scope_(scope) {}

  /// Until the next look; nothing: no limits.
  std::optional<milliseconds> Wait() const {
    if (limits_.max_memory_bytes == 0 && limits_.max_processes == 0) return std::nullopt;
    return std::max(std::chrono::ceil<milliseconds>(next_ - Budget::Clock::now()), milliseconds(0));
  }
  Status Check() {
    const auto wait = Wait();
    if (!wait || wait->count() > 0) return {};
    const RunScope::Usage usage = scope_.Measure();
    next_ = Budget::Clock::now() + kLimitTick;
    if (limits_.max_memory_bytes > 0 && usage.resident_bytes > limits_.max_memory_bytes) {
      return Fail(Code::kLimitExceeded,
                  "memory: more than " + std::to_string(limits_.max_memory_bytes >> 20U) + " MiB",
                  "ARGOCD_DECRYPT_MAX_CHILD_MEMORY_MB is what a program and all that it starts may "
                  "take");
    }
    if (limits_.max_processes > 0 && usage.processes > limits_.max_processes) {
      return Fail(Code::kLimitExceeded,
                  "processes: more than " + std::to_string(limits_.max_processes),
                  "ARGOCD_DECRYPT_MAX_CHILD_PROCESSES is how many a program may start");
    }
    return {};
  }

 private:
  const ChildLimits& limits_;
  const RunScope& scope_;
  Budget::Clock::time_point next_ = Budget::Clock::now() + kLimitTick;
};

/// Milliseconds for poll: -1 when only a descriptor can bring news. `most`: if given, no longer.
int PollTimeout(const Budget& budget, const LimitWatch& limits, std::optional<milliseconds> most) {
  std::optional<milliseconds> wait;
  const auto at_most = [&wait](milliseconds limit) {
    wait = std::min(wait.value_or(limit), limit);
  };
  if (budget.deadline) {
    const auto left = std::chrono::ceil<milliseconds>(*budget.deadline - Budget::Clock::now());
    at_most(std::clamp(left, milliseconds(0), milliseconds(3'600'000)));
  }
  if (budget.cancelled) at_most(kCancelTick);
  if (most) at_most(*most);
  if (const auto look = limits.Wait()) at_most(*look);
  return wait ? static_cast<int>(wait->count()) : -1;
}

/// Follows the child until it has exited, the budget is used up, or it passed a limit.
Status Follow(const Budget& budget, const ChildGroup& group, LimitWatch& limits, Feed& feed,
              Capture& capture, UniqueFd& out, UniqueFd& err) {
  std::optional<milliseconds> tick;
  if (group.poll_fd() < 0) tick = kTickWithoutPidfd;
  for (;;) {
    ACD_CHECK(budget.Check());
    ACD_CHECK(limits.Check());
    std::array<struct pollfd, 4> events = {{{out.get(), POLLIN, 0},
                                            {err.get(), POLLIN, 0},
                                            {group.poll_fd(), POLLIN, 0},
                                            {feed.fd(), POLLOUT, 0}}};
    const int ready = ::poll(events.data(), events.size(), PollTimeout(budget, limits, tick));
    if (ready < 0 && errno != EINTR) {
      return SystemFailure("poll", errno);
    }
    if (ready > 0 && events[0].revents != 0) {
      ACD_TRY([[maybe_unused]] const auto size, capture.Read(out, kReadBytes, false));
    }
    if (ready > 0 && events[1].revents != 0) {
      ACD_TRY([[maybe_unused]] const auto size, capture.Read(err, kReadBytes, true));
    }
    if (ready > 0 && events[3].revents != 0) feed.Write();
    const bool ask = group.poll_fd() < 0 || (ready > 0 && events[2].revents != 0);
    if (ask && group.Exited()) return {};
  }
}

/// The leader has succeeded, but what it has started may have more to print (`cmd > >(sed ...)`):
/// follows it until nobody holds standard output any more. Half an output must not be taken for all
/// of it, so that one who holds it in silence is an error.
Status FollowRest(const Budget& budget, milliseconds max_silence, LimitWatch& limits,
                  Capture& capture, UniqueFd& out, UniqueFd& err) {
  auto heard = Budget::Clock::now();
  while (out) {
    ACD_TRY(const std::size_t size, capture.Read(out, kReadBytes, false));
    ACD_CHECK(budget.Check());
    ACD_CHECK(limits.Check());
    if (size > 0) heard = Budget::Clock::now();
    if (size > 0 || !out) continue;
    const auto left = std::chrono::ceil<milliseconds>(heard + max_silence - Budget::Clock::now());
    if (left.count() <= 0) {
      return Fail(Code::kToolFailed,
                  "has ended, but a process that it left behind still holds its standard output, "
                  "so that something may be missing",
                  "let the command wait for what it starts, or send the output of that elsewhere "
                  "(`>/dev/null`)");
    }
    std::array<struct pollfd, 2> events = {{{out.get(), POLLIN, 0}, {err.get(), POLLIN, 0}}};
    const int ready = ::poll(events.data(), events.size(), PollTimeout(budget, limits, left));
    if (ready > 0 && events[1].revents != 0) {
      ACD_TRY([[maybe_unused]] const auto more, capture.Read(err, kReadBytes, true));
    }
  }
  return {};
}

Budget Shortened(const Budget& budget, std::optional<milliseconds> limit) {
  Budget shorter = budget;
  if (!limit) return shorter;
  const auto end = Budget::Clock::now() + *limit;
  shorter.deadline = budget.deadline ? std::min(*budget.deadline, end) : end;
  return shorter;
}

Failure TookTooLong(milliseconds limit) {
  const auto tenths = (limit.count() + 50) / 100;
  const std::string rest = tenths % 10 == 0 ? "" : "." + std::to_string(tenths % 10);
  return Fail(Code::kDeadline, "took longer than " + std::to_string(tenths / 10) + rest + " s");
}

class ProcessRunner : public CommandRunner {
 public:
  explicit ProcessRunner(const ChildLimits& limits) : limits_(limits) {}

  Result<Outcome> Run(const Command& command, const Budget& budget) override {
    const auto start = Budget::Clock::now();
    RunScope scope;
    const std::string name = ProgramName(command);
    const auto in_program = [&name](Error error) { return Fail(std::move(error).With(name)); };
    if (auto status = budget.Check(); !status) return in_program(std::move(status).error());
    ACD_TRY(Pipe out, OpenPipe());
    ACD_TRY(Pipe err, OpenPipe());
    ACD_TRY(Feed feed, Feed::Open(command.input));
    ACD_TRY(const pid_t pid,
            Spawn(command, {.in = feed.theirs(), .out = out.write.get(), .err = err.write.get()},
                  scope.Mark()));
    ChildGroup group(pid);
    scope.SetLeader(pid);
    feed.CloseTheirs();
    out.write.Reset();
    err.write.Reset();

    if (command.meanwhile) {
      if (auto status = command.meanwhile(); !status) {
        group.Terminate(kGrace);
        group.Reap();
        return in_program(std::move(status).error());
      }
    }
    Capture capture(command);
    LimitWatch limits(limits_, scope);
    const auto follow = [&](const Budget& time) {
      return Follow(time, group, limits, feed, capture, out.read, err.read);
    };
    const Budget time = Shortened(budget, command.time_limit);
    Status followed = follow(time);
    if (followed && group.Succeeded()) {
      followed = FollowRest(time, command.max_silence, limits, capture, out.read, err.read);
    }
    if (!followed) {
      const Code code = followed.error().code;
      if (code == Code::kLimitExceeded || code == Code::kToolFailed) {
        scope.Kill();  // it has had its chance
      }
      if (code == Code::kDeadline && budget.Check()) {
        followed = TookTooLong(*command.time_limit);
        if (command.term_grace) {
          ::kill(-pid, SIGTERM);
          // It may have something to say, and its client may go away meanwhile.
          [[maybe_unused]] const Status ended = follow(Shortened(budget, command.term_grace));
        }
      }
      group.Terminate(code == Code::kDeadline ? kDeadlineGrace : kGrace);
      group.Reap();
      return in_program(std::move(followed).error());
    }
    // The leader is gone; whatever it left running in its group goes too, before the rest of its
    // pipes is read.
    const std::optional<ExitStatus> exit = group.Reap();
    if (!exit) return Fail(Code::kIo, name + ": its exit status was taken by somebody else");
    if (auto status = capture.Drain(out.read, false); !status) {
      return in_program(std::move(status).error());
    }
    if (auto status = capture.Drain(err.read, true); !status) {
      return in_program(std::move(status).error());
    }
    Outcome outcome;
    outcome.exit_code = exit->code;
    outcome.signal = exit->signal;
    outcome.out = capture.TakeOut();
    outcome.err = capture.TakeErr();
    outcome.wall = std::chrono::duration_cast<milliseconds>(Budget::Clock::now() - start);
    return outcome;
  }

 private:
  const ChildLimits limits_;
};

}  // namespace

std::unique_ptr<CommandRunner> MakeProcessRunner(const ChildLimits& limits) {
  return std::make_unique<ProcessRunner>(limits);
}

}  // namespace acd::exec
