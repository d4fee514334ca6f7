#pragma once

#include <grpcpp/server_context.h>

#include <atomic>
#include <chrono>
#include <mutex>
#include <set>

namespace acd::server {

/// The calls whose clients still have something to send. Each holds a thread and a place among the
/// requests, so a client that falls silent is cut off, whatever its deadline.
/// Threads: safe to call concurrently.
class SilenceWatch {
 public:
  using Clock = std::chrono::steady_clock;

  /// One such call, for as long as its handler runs.
  class Entry {
   public:
    Entry(SilenceWatch& all, grpc::ServerContext& context);
    ~Entry();
    Entry(const Entry&) = delete;
    Entry& operator=(const Entry&) = delete;

    /// A message has come.
    void Heard() noexcept { heard_.store(true, std::memory_order_relaxed); }
    /// No more are to come.
    void Ended() noexcept { ended_.store(true, std::memory_order_relaxed); }
    bool is_cut_off() const noexcept { return cut_off_.load(std::memory_order_relaxed); }

   private:
    friend class SilenceWatch;

    SilenceWatch& all_;
    grpc::ServerContext& context_;
    std::atomic<bool> heard_ = false;
    std::atomic<bool> ended_ = false;
    std::atomic<bool> cut_off_ = false;
    Clock::time_point since_ = Clock::now();  ///< CutOff's: when it was heard last
  };

  /// Cancels the calls in which nothing has come for `limit`. To be called from time to time.
  void CutOff(Clock::duration limit);

 private:
  std::mutex mutex_;
  std::set<Entry*> open_;
};

}  // namespace acd::server
