#pragma once

#include <signal.h>
#include <sys/types.h>

#include <chrono>
#include <optional>

#include "decrypt/base/unique_fd.h"

namespace acd::exec {

struct ExitStatus {
  int code;    ///< 128 + the number when a signal ended it
  int signal;  ///< that number, else 0
};

/// A child that leads its process group. The one owner of its reaping: until Reap the pid stays
/// taken, as a zombie at least, so no signal can hit a stranger that got the same number.
/// Destroying it unreaped kills and reaps.
class ChildGroup {
 public:
  explicit ChildGroup(pid_t leader);
  ~ChildGroup();
  ChildGroup(const ChildGroup&) = delete;
  ChildGroup& operator=(const ChildGroup&) = delete;

  /// Readable when the leader has exited; -1 on kernels without pidfds, where Exited must be
  /// polled.
  int poll_fd() const { return pidfd_.get(); }
  /// Whether the leader has exited. Does not block and does not reap.
  bool Exited() const;
  /// Whether it has, with status 0.
  bool Succeeded() const;
  /// Asks the whole group to end and waits up to `grace` until its leader did.
  void Terminate(std::chrono::milliseconds grace) const;
  /// Kills what is left of the group and reaps the leader. Nothing: somebody else took the status.
  std::optional<ExitStatus> Reap();

 private:
  /// What there is to reap, if it can be known.
  std::optional<siginfo_t> Look() const;

  pid_t leader_;
  UniqueFd pidfd_;
  bool reaped_ = false;
};

}  // namespace acd::exec
