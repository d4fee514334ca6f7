#include "plugin/server/render_queue.h"

#include <algorithm>
#include <tuple>

namespace acd::server {
namespace {

// A client that goes away while it waits is noticed after this long.
constexpr std::chrono::milliseconds kPoll{100};

constexpr std::string_view kLater =
    "try again later; ARGOCD_DECRYPT_MAX_CONCURRENT_RENDERS, _MAX_WAITING_REQUESTS and _MAX_WAIT "
    "bound what the plugin takes on at once";

}  // namespace

Result<RenderQueue::Ticket> RenderQueue::Enter() {
  const std::lock_guard lock(mutex_);
  if (here_ >= settings_.max_running + settings_.max_waiting) {
    ++refused_;
    return Fail(Code::kLimitExceeded, "overloaded: too many requests are waiting already", kLater);
  }
  ++here_;
  return Ticket(this);
}

void RenderQueue::Leave() {
  const std::lock_guard lock(mutex_);
  --here_;
}

void RenderQueue::Give(const std::string& key) {
  Share& share = ShareOf(key);
  ++share.running;
  share.served_at = 2 * ++given_;
  ++running_;
}

RenderQueue::Share& RenderQueue::ShareOf(const std::string& key) {
  // A new one comes before whom the last slot went to, and after all who have waited since before:
  // else whoever sends one request after the other would always be first.
  const auto [share, is_new] = shares_.try_emplace(key);
  if (is_new) share->second.served_at = given_ == 0 ? 0 : 2 * given_ - 1;
  return share->second;
}

void RenderQueue::Forget(const std::string& key) {
  const auto share = shares_.find(key);
  if (share != shares_.end() && share->second.running == 0 && share->second.waiting == 0) {
    shares_.erase(share);
  }
}

void RenderQueue::GiveNext() {
  while (running_ < settings_.max_running && !waiters_.empty()) {
    const auto rank = [this](const Waiter* waiter) {
      const Share& share = shares_[*waiter->key];
      return std::make_tuple(share.running, share.served_at);
    };
    // Of equals the first, which waits the longest.
    const auto next =
        std::min_element(waiters_.begin(), waiters_.end(),
                         [&](const Waiter* a, const Waiter* b) { return rank(a) < rank(b); });
    Waiter* waiter = *next;
    waiters_.erase(next);
    --shares_[*waiter->key].waiting;
    Give(*waiter->key);
    waiter->served = true;
    waiter->turn.notify_one();
  }
}

Result<RenderQueue::Slot> RenderQueue::Acquire(const std::string& key, const exec::Budget& budget) {
  std::unique_lock lock(mutex_);
  if (running_ < settings_.max_running && waiters_.empty()) {
    Give(key);
    return Slot(this, key);
  }
  Waiter self{&key, false, {}};
  waiters_.push_back(&self);
  ++ShareOf(key).waiting;
  const auto end = exec::Budget::Clock::now() + settings_.max_wait;
  while (!self.served) {
    lock.unlock();
    auto status = budget.Check();
    if (status && exec::Budget::Clock::now() >= end) {
      status = Fail(Code::kLimitExceeded,
                    "overloaded: waited for " + std::to_string(settings_.max_wait.count() / 1000) +
                        " s for other renders to end",
                    kLater);
    }
    lock.lock();
    if (!status && !self.served) {
      waiters_.remove(&self);
      --shares_[key].waiting;
      Forget(key);
      const bool overloaded = status.error().code == Code::kLimitExceeded;
      if (overloaded) {
        ++refused_;
        return Fail(std::move(status).error());
      }
      return Fail(std::move(status)
                      .error()
                      .With("waiting for other renders to end")
                      .Hint("more may run at once with ARGOCD_DECRYPT_MAX_CONCURRENT_RENDERS"));
    }
    if (self.served) break;
    auto until = std::min(exec::Budget::Clock::now() + kPoll, end);
    if (budget.deadline) until = std::min(until, *budget.deadline);
    self.turn.wait_until(lock, until, [&] { return self.served; });
  }
  return Slot(this, key);
}

void RenderQueue::Release(const std::string& key) {
  const std::lock_guard lock(mutex_);
  --running_;
  --shares_[key].running;
  GiveNext();
  Forget(key);
}

RenderQueue::State RenderQueue::Now() const {
  const std::lock_guard lock(mutex_);
  return {running_, waiters_.size(), here_, refused_};
}

}  // namespace acd::server
