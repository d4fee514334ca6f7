#include "plugin/server/render_slots.h"

#include <algorithm>
#include <chrono>

namespace acd::server {
namespace {

// A client that goes away while it waits is noticed after this long.
constexpr std::chrono::milliseconds kPoll{100};

}  // namespace

Result<RenderSlots::Slot> RenderSlots::Acquire(const exec::Budget& budget) {
  std::unique_lock lock(mutex_);
  while (free_ == 0) {
    lock.unlock();
    if (auto status = budget.Check(); !status) {
      return Fail(std::move(status)
                      .error()
                      .With("waiting for other renders to end")
                      .Hint("more may run at once with ARGOCD_DECRYPT_MAX_CONCURRENT_RENDERS"));
    }
    lock.lock();
    auto until = exec::Budget::Clock::now() + kPoll;
    if (budget.deadline) until = std::min(until, *budget.deadline);
    freed_.wait_until(lock, until, [this] { return free_ > 0; });
  }
  --free_;
  return Slot(this);
}

void RenderSlots::Release() {
  {
    const std::lock_guard lock(mutex_);
    ++free_;
  }
  freed_.notify_one();
}

}  // namespace acd::server
