#pragma once

#include <grpcpp/server.h>

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <mutex>

namespace acd::server {

/// How many of the calls run that deserve a server's patience when it ends, and until when their
/// answers may be on their way.
/// Threads: safe to call concurrently.
class RunningCalls {
 public:
  using Clock = std::chrono::steady_clock;

  /// One call, for as long as its handler runs.
  class Call {
   public:
    explicit Call(RunningCalls& all);
    ~Call();
    Call(const Call&) = delete;
    Call& operator=(const Call&) = delete;

    /// How many run, this one among them, when it began.
    std::size_t count() const { return count_; }

    /// How much the client gets once the handler has returned.
    void set_answer_bytes(std::size_t bytes) { answer_bytes_ = bytes; }

   private:
    RunningCalls& all_;
    std::size_t count_ = 0;
    std::size_t answer_bytes_ = 0;
  };

  /// Waits until none runs and every answer has had its time, or until Finish. Not longer than
  /// `end`.
  void AwaitQuiet(Clock::time_point end);
  /// Nobody has to wait any more.
  void Finish();

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::size_t running_ = 0;
  Clock::time_point answered_ = Clock::time_point::min();
  bool finished_ = false;
};

/// Ends a server: no new calls, and `grace` for those of `calls`; everything else is cut off as
/// soon as none of them is left. Returns when every handler has returned.
///
/// gRPC by itself waits for each client to close its connection, and for one that never speaks, or
/// is stopped, it would do so for the whole grace.
void ShutDown(grpc::Server& server, RunningCalls& calls, std::chrono::milliseconds grace);

}  // namespace acd::server
