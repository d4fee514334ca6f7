#include "plugin/exec/run_scope.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <thread>

#include "decrypt/base/system_failure.h"
#include "plugin/exec/process_table.h"
#include "plugin/exec/run_mark.h"

namespace acd::exec {
namespace {

using Clock = std::chrono::steady_clock;
using Processes = std::shared_ptr<const std::vector<ProcessEntry>>;

// A killed process is gone in well under a millisecond, unless the machine is very busy.
constexpr std::chrono::milliseconds kMaxSweep{1000};
constexpr std::chrono::milliseconds kPause{1};
// How old a look at the processes may be that runs share.
constexpr std::chrono::milliseconds kMaxAge{80};

/// A process that the kernel gave us.
struct Orphan {
  std::uint64_t started = 0;     ///< tells it from another one with its number
  std::string mark;              ///< empty: it has none, or hides it
  std::set<std::string> blamed;  ///< without a mark: the runs that it may belong to
  bool left_alone = false;       ///< it cannot be killed: not ours after all
};

// Children are the process's, so what is known of them is too.
struct Known {
  std::mutex mutex;
  std::set<std::string> live;    ///< marks of runs
  std::multiset<pid_t> leaders;  ///< a number may be taken anew before it is forgotten
  std::map<pid_t, Orphan> orphans;
};

Known& TheKnown() {
  static Known known;
  return known;
}

std::atomic<bool> adopting = false;

/// The adopted children that nobody else reaps.
std::vector<pid_t> OrphansNow(Known& known) {
  std::vector<pid_t> pids = ChildrenOfFirstThread();
  const std::lock_guard lock(known.mutex);
  std::erase_if(pids, [&](pid_t pid) { return known.leaders.contains(pid); });
  return pids;
}

/// Whether it was one of ours, and is no more. The lock is held, so that no leader is meant.
bool Reaped(Known& known, pid_t pid) {
  if (known.leaders.contains(pid) || ::waitpid(pid, nullptr, WNOHANG) != pid) return false;
  known.orphans.erase(pid);
  return true;
}

/// Notes an orphan that is seen for the first time. Its environment is read without the lock: that
/// may take as long as it likes.
void Learn(Known& known, pid_t pid) {
  const auto entry = ReadProcess(pid);
  if (!entry) return;
  {
    const std::lock_guard lock(known.mutex);
    const auto found = known.orphans.find(pid);
    if (found != known.orphans.end() && found->second.started == entry->started) return;
  }
  Orphan orphan;
  orphan.started = entry->started;
  orphan.mark = VariableOf(pid, kRunVariable);
  const std::lock_guard lock(known.mutex);
  if (orphan.mark.empty()) orphan.blamed = known.live;
  known.orphans.insert_or_assign(pid, std::move(orphan));
}

/// Whether nobody wants an orphan any more. The lock is held.
bool IsAbandoned(const Known& known, Orphan& orphan) {
  if (!orphan.mark.empty()) return !known.live.contains(orphan.mark);
  std::erase_if(orphan.blamed, [&](const std::string& run) { return !known.live.contains(run); });
  return orphan.blamed.empty();
}

/// What a look at the orphans has found. The children of what has died come to us only then, and
/// are not in the list that was gone through.
struct Found {
  bool killed = false;  ///< something of the run in question, or of who knows which
  bool ended = false;   ///< something of any run: by itself, or in another sweep
};

/// Reaps and kills what nobody wants.
Found Sweep(Known& known, const std::string& mark) {
  Found seen;
  for (const pid_t pid : OrphansNow(known)) {
    {
      const std::lock_guard lock(known.mutex);
      if (Reaped(known, pid)) {
        seen.ended = true;
        continue;
      }
    }
    Learn(known, pid);
    const std::lock_guard lock(known.mutex);
    const auto found = known.orphans.find(pid);
    if (known.leaders.contains(pid)) continue;
    if (found == known.orphans.end()) {
      seen.ended = true;
      continue;
    }
    Orphan& orphan = found->second;
    if (orphan.left_alone || !IsAbandoned(known, orphan)) continue;
    if (::kill(pid, SIGKILL) != 0) {
      orphan.left_alone = errno == EPERM;
      continue;
    }
    if (orphan.mark.empty() || orphan.mark == mark) seen.killed = true;
    Reaped(known, pid);
  }
  return seen;
}

/// Looks until there is nothing of the run. What has ended by itself is followed by one more look
/// only, so that a run whose processes come and go holds up no other.
void SweepUntilGone(Known& known, const std::string& mark, pid_t leader) {
  const auto end = Clock::now() + kMaxSweep;
  bool looks_again = true;
  for (;;) {
    const Found seen = Sweep(known, mark);
    const bool has_group = leader > 0 && ::kill(-leader, 0) == 0;
    if (!seen.killed && !has_group && !(seen.ended && looks_again)) return;
    if (seen.ended) looks_again = false;
    if (Clock::now() >= end) return;
    std::this_thread::sleep_for(kPause);
  }
}

Processes ProcessesNow() {
  return std::make_shared<const std::vector<ProcessEntry>>(ListProcesses());
}

/// The processes of a moment ago, looked at once for all runs.
Processes RecentProcesses() {
  static std::mutex mutex;
  static Processes last;
  static Clock::time_point taken;
  const std::lock_guard lock(mutex);
  if (!last || Clock::now() - taken > kMaxAge) {
    last = ProcessesNow();
    taken = Clock::now();
  }
  return last;
}

/// The adopted orphans with this mark.
std::set<pid_t> OrphansOf(Known& known, const std::string& mark) {
  std::set<pid_t> own;
  for (const pid_t pid : OrphansNow(known)) {
    Learn(known, pid);
    const std::lock_guard lock(known.mutex);
    const auto found = known.orphans.find(pid);
    if (found != known.orphans.end() && found->second.mark == mark) own.insert(pid);
  }
  return own;
}

}  // namespace

Status AdoptOrphans() {
  if (::prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0) {
    return SystemFailure("PR_SET_CHILD_SUBREAPER", errno);
  }
  KeepDescriptorsForProcesses();
  adopting.store(true, std::memory_order_relaxed);
  return {};
}

void SweepOrphans() {
  if (!adopting.load(std::memory_order_relaxed)) return;
  try {
    Sweep(TheKnown(), std::string());
  } catch (...) {  // no memory: later
  }
}

void RegisterLeader(pid_t leader) {
  Known& known = TheKnown();
  const std::lock_guard lock(known.mutex);
  known.leaders.insert(leader);
}

void ForgetLeader(pid_t leader) {
  Known& known = TheKnown();
  const std::lock_guard lock(known.mutex);
  if (const auto found = known.leaders.find(leader); found != known.leaders.end()) {
    known.leaders.erase(found);
  }
}

RunScope::RunScope() {
  if (!adopting.load(std::memory_order_relaxed)) return;
  mark_ = NewRunMark();
  Known& known = TheKnown();
  const std::lock_guard lock(known.mutex);
  known.live.insert(mark_);
}

RunScope::~RunScope() {
  if (mark_.empty()) return;
  Known& known = TheKnown();
  {
    const std::lock_guard lock(known.mutex);
    known.live.erase(mark_);
  }
  try {
    SweepUntilGone(known, mark_, leader_);
  } catch (...) {  // no memory: the next sweep finds it
  }
}

std::string RunScope::Mark() const {
  return mark_.empty() ? std::string() : std::string(kRunVariable) + "=" + mark_;
}

std::vector<pid_t> RunScope::Members(std::uint64_t& resident_bytes, bool fresh) const {
  const Processes all = fresh ? ProcessesNow() : RecentProcesses();
  std::set<pid_t> members;
  if (!mark_.empty()) members = OrphansOf(TheKnown(), mark_);
  for (const ProcessEntry& entry : *all) {
    if (entry.group == leader_) members.insert(entry.pid);
  }
  for (bool grown = true; grown;) {
    grown = false;
    for (const ProcessEntry& entry : *all) {
      if (members.contains(entry.parent)) grown = members.insert(entry.pid).second || grown;
    }
  }
  std::vector<pid_t> living;
  resident_bytes = 0;
  for (const ProcessEntry& entry : *all) {
    if (entry.is_zombie || !members.contains(entry.pid)) continue;
    living.push_back(entry.pid);
    resident_bytes += entry.resident_bytes;
  }
  return living;
}

RunScope::Usage RunScope::Measure() const {
  Usage usage;
  usage.processes = Members(usage.resident_bytes, false).size();
  return usage;
}

void RunScope::Kill() const {
  if (leader_ > 0) ::kill(-leader_, SIGKILL);
  std::uint64_t bytes = 0;
  for (const pid_t pid : Members(bytes, true)) ::kill(pid, SIGKILL);
}

}  // namespace acd::exec
