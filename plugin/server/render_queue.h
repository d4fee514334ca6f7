#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <list>
#include <map>
#include <mutex>
#include <string>
#include <utility>

#include "decrypt/base/result.h"
#include "plugin/exec/command_runner.h"

namespace acd::server {

struct QueueSettings {
  std::size_t max_running = 4;
  /// Requests that are here besides: being received, or waiting. Each has its files in memory.
  std::size_t max_waiting = 500;
  std::chrono::milliseconds max_wait{45'000};
};

/// Bounds how many requests are here and how many of them render at once. The next to render is of
/// the application that has the fewest renders running, and of several such the one that was served
/// the longest ago: an application that sends a hundred requests delays the others by one render.
/// Threads: safe to call concurrently.
class RenderQueue {
 public:
  explicit RenderQueue(QueueSettings settings) : settings_(settings) {}

  /// That a request is here, taken back on destruction. Move-only.
  class Ticket {
   public:
    Ticket(Ticket&& other) noexcept : queue_(std::exchange(other.queue_, nullptr)) {}
    Ticket& operator=(Ticket&& other) noexcept {
      std::swap(queue_, other.queue_);
      return *this;
    }
    Ticket(const Ticket&) = delete;
    Ticket& operator=(const Ticket&) = delete;
    ~Ticket() {
      if (queue_ != nullptr) queue_->Leave();
    }

   private:
    friend class RenderQueue;
    explicit Ticket(RenderQueue* queue) : queue_(queue) {}
    RenderQueue* queue_;
  };

  /// The right to render, given back on destruction. Move-only.
  class Slot {
   public:
    Slot(Slot&& other) noexcept
        : queue_(std::exchange(other.queue_, nullptr)), key_(std::move(other.key_)) {}
    Slot& operator=(Slot&&) = delete;
    Slot(const Slot&) = delete;
    Slot& operator=(const Slot&) = delete;
    ~Slot() {
      if (queue_ != nullptr) queue_->Release(key_);
    }

   private:
    friend class RenderQueue;
    Slot(RenderQueue* queue, std::string key) : queue_(queue), key_(std::move(key)) {}
    RenderQueue* queue_;
    std::string key_;
  };

  /// Error: kLimitExceeded (too many requests are here).
  Result<Ticket> Enter();
  /// Waits for its turn, as long as the budget and max_wait last. `key`: the application. Errors:
  /// kDeadline, kCancelled, kLimitExceeded (waited for max_wait).
  Result<Slot> Acquire(const std::string& key, const exec::Budget& budget);

  struct State {
    std::size_t running = 0;
    std::size_t waiting = 0;    ///< for a slot
    std::size_t here = 0;       ///< tickets
    std::uint64_t refused = 0;  ///< since the start: too many were here, or one waited too long
  };
  State Now() const;
  const QueueSettings& settings() const { return settings_; }

 private:
  struct Waiter {
    const std::string* key;
    bool served = false;
    std::condition_variable turn;
  };
  /// How an application stands.
  struct Share {
    std::size_t running = 0;
    std::size_t waiting = 0;
    std::uint64_t served_at = 0;  ///< twice the count of slots given; odd: not served yet
  };

  void Leave();
  void Release(const std::string& key);
  Share& ShareOf(const std::string& key);
  void Give(const std::string& key);
  void GiveNext();
  void Forget(const std::string& key);

  const QueueSettings settings_;
  mutable std::mutex mutex_;  ///< guards what follows
  std::size_t here_ = 0;
  std::size_t running_ = 0;
  std::uint64_t given_ = 0;
  std::uint64_t refused_ = 0;
  std::list<Waiter*> waiters_;           ///< in the order in which they came
  std::map<std::string, Share> shares_;  ///< of applications that run or wait
};

}  // namespace acd::server
