#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace acd::exec {

/// One process of the system, as /proc shows it.
struct ProcessEntry {
  pid_t pid = 0;
  pid_t parent = 0;
  pid_t group = 0;
  bool is_zombie = false;
  std::uint64_t started = 0;  ///< clock ticks since the system's start
  std::uint64_t resident_bytes = 0;
};

/// Reserves what the functions below need when this process can open nothing more. Without it, that
/// is done by the first of them.
void KeepDescriptorsForProcesses();

/// One of them; nothing if it is gone.
std::optional<ProcessEntry> ReadProcess(pid_t pid);

/// All that can be seen. Costs some 10 us for each process.
std::vector<ProcessEntry> ListProcesses();

/// The children of this process that no other thread than the first has started: those whose own
/// parent has died, if this process adopts them. Cheap.
std::vector<pid_t> ChildrenOfFirstThread();

/// A variable that a process was started with. Empty: it has none of that name, or hides it.
std::string VariableOf(pid_t pid, const std::string& name);

}  // namespace acd::exec
