#pragma once

#include <sys/types.h>

#include <array>
#include <cstddef>
#include <span>

namespace acd::exec {

/// What a child does between fork and exec, prepared by the parent: after a fork in a process with
/// threads only async-signal-safe calls are allowed, so nothing here allocates.
struct ChildPlan {
  std::array<int, 3> stdio;       ///< become 0, 1 and 2; each is at least 3
  std::span<const int> pass_fds;  ///< stay open under their numbers
  int listening_socket;           ///< becomes 3, unless -1; what was 3 is gone then
  const char* directory;
  int report_fd;  ///< above 3, write end of a close-on-exec pipe: a ChildReport on failure
  pid_t parent;
  std::size_t max_file_bytes;  ///< 0: no limit
  bool has_exact_timers;
};

/// Where the way to a running program ended.
enum class ChildStep : int { kStdio, kSignals, kGroup, kPrivileges, kFiles, kDirectory, kExec };

/// What the child writes to `report_fd` before it ends itself. A successful exec writes nothing.
struct ChildReport {
  ChildStep step;
  int error;  ///< errno
};

/// Runs in the child. Returns when the program may be started; otherwise reports and ends it.
void PrepareChild(const ChildPlan& plan) noexcept;

/// Runs in the child: reports and ends it.
[[noreturn]] void ReportAndExit(int report_fd, ChildStep step, int error) noexcept;

}  // namespace acd::exec
