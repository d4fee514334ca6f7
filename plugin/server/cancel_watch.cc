#include "plugin/server/cancel_watch.h"

namespace acd::server {

bool CancelWatch::Cancelled() {
  if (cancelled_.load(std::memory_order_relaxed)) return true;
  const Clock::duration asked = asked_.load(std::memory_order_relaxed);
  const bool never = asked == Clock::duration::min();
  if (!never && Clock::now().time_since_epoch() - asked < kInterval) return false;
  const std::unique_lock lock(mutex_, std::try_to_lock);
  return lock ? Ask() : cancelled_.load(std::memory_order_relaxed);
}

bool CancelWatch::CancelledNow() {
  const std::lock_guard lock(mutex_);
  return Ask();
}

bool CancelWatch::Ask() {
  if (cancelled_.load(std::memory_order_relaxed)) return true;
  const bool cancelled = ask_();
  if (cancelled) cancelled_.store(true, std::memory_order_relaxed);
  asked_.store(Clock::now().time_since_epoch(), std::memory_order_relaxed);
  return cancelled;
}

}  // namespace acd::server
