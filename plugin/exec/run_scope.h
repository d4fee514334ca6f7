#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "decrypt/base/result.h"

namespace acd::exec {

/// From now on, what a child has started and left behind becomes a child of this process, so that
/// it can be ended with the run that it belongs to. For a server: the kernel hands such processes
/// to the first thread, which therefore must not start children of its own once requests run.
/// Error: kIo.
Status AdoptOrphans();

/// Reaps adopted processes that have ended, and ends those of runs that have. Does not wait. For
/// now and then: each run does it at its end, too.
void SweepOrphans();

/// One run of a command, from before its start until after its leader was reaped. What it started
/// carries its mark in the environment, which nobody else can guess, whatever process group or
/// session it went to. A process that hides the mark ends with the last of the runs that there were
/// when it was first seen.
class RunScope {
 public:
  RunScope();
  /// Ends what is left of the run, where orphans are adopted, and reaps it. Bounded in time.
  ~RunScope();
  RunScope(const RunScope&) = delete;
  RunScope& operator=(const RunScope&) = delete;

  /// The variable that marks what belongs to the run, "NAME=VALUE"; empty where orphans are not
  /// adopted.
  std::string Mark() const;
  void SetLeader(pid_t leader) { leader_ = leader; }

  struct Usage {
    std::size_t processes = 0;
    std::uint64_t resident_bytes = 0;
  };
  /// What the run has now, or had a moment ago: its group, all who descend from it, and adopted
  /// orphans with its mark. All runs share a look at the processes of the system.
  Usage Measure() const;
  /// Kills all of that, at once.
  void Kill() const;

 private:
  /// Those that live. `fresh`: as of now.
  std::vector<pid_t> Members(std::uint64_t& resident_bytes, bool fresh) const;

  std::string mark_;
  pid_t leader_ = -1;
};

/// Leaders are reaped by whoever started them: told to this file by ChildGroup.
void RegisterLeader(pid_t leader);
void ForgetLeader(pid_t leader);

}  // namespace acd::exec
