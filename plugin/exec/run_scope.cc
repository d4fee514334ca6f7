#include "plugin/exec/run_scope.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <mutex>
#include <set>
#include <system_error>
#include <thread>

#include "plugin/exec/process_table.h"

namespace acd::exec {
namespace {

constexpr const char* kVariable = "ARGOCD_DECRYPT_RUN";
constexpr const char* kWanted = "wanted";
// A killed process is gone in well under a millisecond, unless the machine is very busy.
constexpr std::chrono::milliseconds kMaxSweep{1000};
constexpr std::chrono::milliseconds kPause{1};

// Children are the process's, so what is known of them is too.
struct Known {
  std::mutex mutex;
  std::set<std::uint64_t> live;  ///< runs
  std::multiset<pid_t> leaders;  ///< a number may be taken anew before it is forgotten
  std::uint64_t last_id = 0;
};

Known& TheKnown() {
  static Known known;
  return known;
}

std::atomic<bool> adopting = false;

/// Adopted children. The lock is held.
std::vector<pid_t> Orphans(const Known& known) {
  std::vector<pid_t> orphans = ChildrenOfFirstThread();
  std::erase_if(orphans, [&](pid_t pid) { return known.leaders.contains(pid); });
  return orphans;
}

/// Whether nobody wants an orphan any more: one of a run that lives is that run's, and one that
/// hides its mark is let be until nothing runs. The lock is held.
bool IsAbandoned(pid_t pid, const Known& known) {
  const std::string mark = VariableOf(pid, kVariable);
  if (mark == kWanted) return false;
  if (mark.empty()) return known.live.empty();
  return std::none_of(known.live.begin(), known.live.end(),
                      [&](std::uint64_t id) { return std::to_string(id) == mark; });
}

/// Reaps and kills what nobody wants. Returns whether something killed is still there.
bool Sweep(Known& known) {
  const std::lock_guard lock(known.mutex);
  bool left = false;
  for (const pid_t pid : Orphans(known)) {
    if (::waitpid(pid, nullptr, WNOHANG) != 0) continue;  // reaped, or not ours after all
    if (!IsAbandoned(pid, known)) continue;
    ::kill(pid, SIGKILL);
    left = left || ::waitpid(pid, nullptr, WNOHANG) == 0;
  }
  return left;
}

/// A killed process's children come to us only when it has died, so one look is not enough.
void SweepUntilGone(Known& known, pid_t leader) {
  const auto end = std::chrono::steady_clock::now() + kMaxSweep;
  while (Sweep(known) || (leader > 0 && ::kill(-leader, 0) == 0)) {
    if (std::chrono::steady_clock::now() >= end) return;
    std::this_thread::sleep_for(kPause);
  }
}

}  // namespace

Status AdoptOrphans() {
  if (::prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0) {
    return Fail(Code::kIo, "PR_SET_CHILD_SUBREAPER: " + std::generic_category().message(errno));
  }
  adopting.store(true, std::memory_order_relaxed);
  return {};
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

RunScope::RunScope(bool keeps_daemons) {
  if (keeps_daemons) return;
  Known& known = TheKnown();
  const std::lock_guard lock(known.mutex);
  id_ = ++known.last_id;
  known.live.insert(id_);
}

RunScope::~RunScope() {
  if (id_ == 0) return;
  Known& known = TheKnown();
  {
    const std::lock_guard lock(known.mutex);
    known.live.erase(id_);
  }
  if (!adopting.load(std::memory_order_relaxed)) return;
  try {
    SweepUntilGone(known, leader_);
  } catch (...) {  // no memory: the next run's end looks again
  }
}

std::map<std::string, std::string> RunScope::Mark() const {
  if (!adopting.load(std::memory_order_relaxed)) return {};
  return {{kVariable, id_ == 0 ? kWanted : std::to_string(id_)}};
}

std::vector<pid_t> RunScope::Members(std::uint64_t& resident_bytes) const {
  const std::vector<ProcessEntry> all = ListProcesses();
  std::set<pid_t> members;
  const std::string mark = std::to_string(id_);
  const pid_t self = ::getpid();
  for (const ProcessEntry& entry : all) {
    const bool orphan = id_ != 0 && entry.parent == self && entry.pid != leader_;
    if (entry.group == leader_ || (orphan && VariableOf(entry.pid, kVariable) == mark)) {
      members.insert(entry.pid);
    }
  }
  for (bool grown = true; grown;) {
    grown = false;
    for (const ProcessEntry& entry : all) {
      if (members.contains(entry.parent)) grown = members.insert(entry.pid).second || grown;
    }
  }
  std::vector<pid_t> living;
  resident_bytes = 0;
  for (const ProcessEntry& entry : all) {
    if (entry.is_zombie || !members.contains(entry.pid)) continue;
    living.push_back(entry.pid);
    resident_bytes += entry.resident_bytes;
  }
  return living;
}

RunScope::Usage RunScope::Measure() const {
  Usage usage;
  usage.processes = Members(usage.resident_bytes).size();
  return usage;
}

void RunScope::Kill() const {
  if (leader_ > 0) ::kill(-leader_, SIGKILL);
  std::uint64_t bytes = 0;
  for (const pid_t pid : Members(bytes)) ::kill(pid, SIGKILL);
}

}  // namespace acd::exec
