#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <mutex>
#include <utility>

namespace acd::server {

/// Whether a call was cancelled, for code that wants to know at every step. gRPC's own answer costs
/// tens of microseconds (it polls the connection), more than decrypting a small file takes, so it
/// is asked for once in `kInterval`. Once cancelled, a call stays so. Threads: safe to call
/// concurrently.
class CancelWatch {
 public:
  static constexpr std::chrono::milliseconds kInterval{5};

  /// `ask`: called by one thread at a time.
  explicit CancelWatch(std::function<bool()> ask) : ask_(std::move(ask)) {}

  /// As of at most `kInterval` ago, or of the answer that another thread is waiting for.
  bool Cancelled();
  /// As of now.
  bool CancelledNow();

 private:
  using Clock = std::chrono::steady_clock;

  bool Ask();  // the lock is held

  std::function<bool()> ask_;
  std::mutex mutex_;
  std::atomic<bool> cancelled_ = false;
  std::atomic<Clock::duration> asked_ = Clock::duration::min();  // since the clock's epoch
};

}  // namespace acd::server
