#pragma once

#include <grpcpp/server_context.h>
#include <grpcpp/support/status.h>

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <set>

namespace acd::server {

/// The streams on which nothing happens for most of their life: reflection, and watches of health.
/// Each holds a thread, so there may be so many and no more; and since nobody waits for an answer
/// there, none holds up the server's end.
/// Threads: safe to call concurrently.
class OpenStreams {
 public:
  static constexpr std::size_t kMax = 64;

  /// One such stream, for as long as its handler runs.
  class Entry {
   public:
    Entry(OpenStreams& all, grpc::ServerContext& context);
    ~Entry();
    Entry(const Entry&) = delete;
    Entry& operator=(const Entry&) = delete;

    /// Whether the stream may go on: RESOURCE_EXHAUSTED, there are too many; CANCELLED, the server
    /// is stopping.
    const grpc::Status& status() const { return status_; }

   private:
    OpenStreams& all_;
    grpc::ServerContext& context_;
    grpc::Status status_;
  };

  /// Waits for that long. False: the server is stopping, at once.
  bool Wait(std::chrono::milliseconds time);

  /// Ends all of them, now and for ever: what they read or write fails.
  void CancelAll();

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::set<grpc::ServerContext*> open_;
  bool stopping_ = false;
};

}  // namespace acd::server
