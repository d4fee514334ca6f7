#pragma once

#include <memory>
#include <string>

#include "decrypt/base/result.h"
#include "plugin/exec/command_runner.h"

namespace acd::exec {

/// How a run came to its end.
enum class RunEnd {
  kDone,    ///< exit status 0
  kExit,    ///< another one
  kSignal,  ///< a signal that we did not send
  kMemory,  ///< it passed its limit, or the kernel killed it, or it says itself that none is left
  kProcesses,   ///< it passed its limit, or says that it may not start one more
  kDeadline,    ///< its time was up
  kCancelled,   ///< nobody waits for it any more
  kOutput,      ///< it printed too much
  kNotStarted,  ///< there is no such program
  kOther,       ///< anything else
};

/// The word for it in metrics: "exit", "deadline", ...
const char* RunEndName(RunEnd end);

/// Told of children as they come and go. `tool`: the last component of the program's path.
/// Threads: called concurrently, from the threads that run children.
class RunObserver {
 public:
  virtual ~RunObserver() = default;
  virtual void Started(const std::string& tool) = 0;
  virtual void Ended(const std::string& tool, RunEnd end) = 0;
};

/// What a run's outcome says of its end. The runner's limits have a code and words for each. Nobody
/// else tells why a child was killed, nor why a call of its failed: SIGKILL that is not ours is the
/// kernel's, when memory is short, and a Go program, as helm and kustomize are, says with its last
/// words what it was denied.
RunEnd EndOf(const Result<Outcome>& outcome);

/// Passes every run on to `runner`, and tells `observer`, which is borrowed for the runner's life.
std::unique_ptr<CommandRunner> Observed(std::unique_ptr<CommandRunner> runner,
                                        RunObserver& observer);

}  // namespace acd::exec
