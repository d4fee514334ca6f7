#include "plugin/exec/run_observer.h"

#include <csignal>
#include <string_view>
#include <utility>

namespace acd::exec {
namespace {

bool Says(const Outcome& outcome, std::string_view words) {
  return outcome.err.find(words) != std::string::npos;
}

RunEnd EndOf(const Outcome& outcome) {
  if (outcome.exit_code == 0) return RunEnd::kDone;
  if (outcome.signal == SIGKILL) return RunEnd::kMemory;
  if (Says(outcome, "runtime: failed to create new OS thread") ||
      Says(outcome, "pthread_create failed")) {
    return RunEnd::kProcesses;
  }
  if (Says(outcome, "fatal error: runtime: out of memory") ||
      Says(outcome, "fatal error: runtime: cannot allocate memory") ||
      Says(outcome, "fatal error: out of memory")) {
    return RunEnd::kMemory;
  }
  return outcome.signal != 0 ? RunEnd::kSignal : RunEnd::kExit;
}

// Behind the program's name: "helm: memory: more than 512 MiB".
RunEnd PassedLimit(const Error& error) {
  const std::size_t name_end = error.message.find(": ");
  if (name_end == std::string::npos) return RunEnd::kOther;
  const std::string_view what = std::string_view(error.message).substr(name_end + 2);
  if (what.starts_with("memory: ")) return RunEnd::kMemory;
  if (what.starts_with("processes: ")) return RunEnd::kProcesses;
  // Else it was not the program that passed one: what is decrypted while it runs, say.
  return what.starts_with("standard output: ") ? RunEnd::kOutput : RunEnd::kOther;
}

class ObservedRunner : public CommandRunner {
 public:
  ObservedRunner(std::unique_ptr<CommandRunner> runner, RunObserver& observer)
      : runner_(std::move(runner)), observer_(observer) {}

  Result<Outcome> Run(const Command& command, const Budget& budget) override {
    const std::string tool = command.program.substr(command.program.rfind('/') + 1);
    observer_.Started(tool);
    // Also when what the run calls throws: what was said to have started has to end.
    RunEnd end = RunEnd::kOther;
    const EndCall at_the_end{observer_, tool, end};
    auto outcome = runner_->Run(command, budget);
    end = exec::EndOf(outcome);
    return outcome;
  }

 private:
  struct EndCall {
    RunObserver& observer;
    const std::string& tool;
    const RunEnd& end;
    ~EndCall() { observer.Ended(tool, end); }
  };

  const std::unique_ptr<CommandRunner> runner_;
  RunObserver& observer_;
};

}  // namespace

const char* RunEndName(RunEnd end) {
  switch (end) {
    case RunEnd::kDone:
      return "done";
    case RunEnd::kExit:
      return "exit";
    case RunEnd::kSignal:
      return "signal";
    case RunEnd::kMemory:
      return "memory";
    case RunEnd::kProcesses:
      return "processes";
    case RunEnd::kDeadline:
      return "deadline";
    case RunEnd::kCancelled:
      return "cancelled";
    case RunEnd::kOutput:
      return "output";
    case RunEnd::kNotStarted:
      return "not_started";
    case RunEnd::kOther:
      return "other";
  }
  return "other";
}

RunEnd EndOf(const Result<Outcome>& outcome) {
  if (outcome) return EndOf(*outcome);
  switch (outcome.error().code) {
    case Code::kDeadline:
      return RunEnd::kDeadline;
    case Code::kCancelled:
      return RunEnd::kCancelled;
    case Code::kLimitExceeded:
      return PassedLimit(outcome.error());
    case Code::kNotFound:
      return RunEnd::kNotStarted;
    case Code::kInvalidInput:
    case Code::kUnsupported:
    case Code::kNoMatchingKey:
    case Code::kAuthFailed:
    case Code::kIo:
    case Code::kNoRoom:
    case Code::kToolFailed:
    case Code::kInternal:
      return RunEnd::kOther;
  }
  return RunEnd::kOther;
}

std::unique_ptr<CommandRunner> Observed(std::unique_ptr<CommandRunner> runner,
                                        RunObserver& observer) {
  return std::make_unique<ObservedRunner>(std::move(runner), observer);
}

}  // namespace acd::exec
