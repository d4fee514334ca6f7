#pragma once

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "decrypt/base/result.h"

namespace acd::exec {

/// From now on, what a child has started and left behind becomes a child of this process, so that
/// it can be ended with the run that it belongs to. For a server: the kernel hands such processes
/// to the first thread, which therefore must not start children of its own once requests run.
/// Error: kIo.
Status AdoptOrphans();

/// One run of a command, from before its start until after its leader was reaped. What it started
/// carries its mark in the environment, whatever process group or session it went to.
class RunScope {
 public:
  /// `keeps_daemons`: what it leaves behind is wanted, such as a gpg-agent.
  explicit RunScope(bool keeps_daemons);
  /// Ends what is left of the run, where orphans are adopted, and reaps it. Bounded in time.
  ~RunScope();
  RunScope(const RunScope&) = delete;
  RunScope& operator=(const RunScope&) = delete;

  /// The variable that marks what belongs to the run; nothing where orphans are not adopted.
  std::map<std::string, std::string> Mark() const;
  void SetLeader(pid_t leader) { leader_ = leader; }

  struct Usage {
    std::size_t processes = 0;
    std::uint64_t resident_bytes = 0;
  };
  /// What the run has now: its group, all who descend from it, and adopted orphans of it. Looks at
  /// every process of the system.
  Usage Measure() const;
  /// Kills all of that, at once.
  void Kill() const;

 private:
  /// Those that live.
  std::vector<pid_t> Members(std::uint64_t& resident_bytes) const;

  std::uint64_t id_ = 0;  ///< 0: not swept
  pid_t leader_ = -1;
};

/// Leaders are reaped by whoever started them: told to this file by ChildGroup.
void RegisterLeader(pid_t leader);
void ForgetLeader(pid_t leader);

}  // namespace acd::exec
