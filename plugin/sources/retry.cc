#include "plugin/sources/retry.h"

#include <algorithm>
#include <chrono>
#include <thread>

#include "plugin/sources/tool_words.h"

namespace acd::sources {
namespace {

using std::chrono::milliseconds;

constexpr int kAttempts = 4;
constexpr milliseconds kFirstPause{200};
constexpr milliseconds kTick{40};          // how late a cancellation may be noticed
constexpr milliseconds kWorthWhile{1000};  // less time than this is too little for another attempt

/// False: there is no time for a pause and another attempt.
bool Pause(const exec::Budget& budget, milliseconds pause) {
  const auto end = exec::Budget::Clock::now() + pause;
  if (budget.deadline && end + kWorthWhile > *budget.deadline) return false;
  while (exec::Budget::Clock::now() < end) {
    if (!budget.Check()) return false;
    std::this_thread::sleep_for(std::min<exec::Budget::Clock::duration>(
        kTick, std::max(end - exec::Budget::Clock::now(), exec::Budget::Clock::duration::zero())));
  }
  return true;
}

}  // namespace

Result<exec::Outcome> TryPatiently(const exec::Budget& budget,
                                   const std::function<Result<exec::Outcome>()>& attempt) {
  milliseconds pause = kFirstPause;
  for (int count = 1;; ++count, pause *= 3) {
    ACD_TRY(exec::Outcome outcome, attempt());
    const bool failed = outcome.exit_code != 0;
    const bool may_pass =
        failed && (IsTransient(outcome.err) || IsTransient(outcome.out.ExposeText()));
    if (!may_pass || count == kAttempts || !Pause(budget, pause)) return outcome;
  }
}

Result<exec::Outcome> RunPatiently(const Session& session, const exec::Command& command) {
  return TryPatiently(session.budget, [&] { return session.runner.Run(command, session.budget); });
}

}  // namespace acd::sources
