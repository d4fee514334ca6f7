#include "plugin/server/shutdown.h"

#include <grpc/grpc.h>

#include <algorithm>
#include <system_error>
#include <thread>

namespace acd::server {
namespace {

// How long an answer may take to its client, who reads it from a unix socket: this, and a second
// for each ten megabytes.
constexpr std::chrono::milliseconds kAnswerTime{250};
constexpr std::size_t kAnswerBytesPerMs = 10'000;
// For clients to hear that this is the end, and to close their connections themselves.
constexpr std::chrono::milliseconds kGoodbyeTime{50};

}  // namespace

RunningCalls::Call::Call(RunningCalls& all) : all_(all) {
  const std::lock_guard lock(all_.mutex_);
  count_ = ++all_.running_;
}

RunningCalls::Call::~Call() {
  const std::lock_guard lock(all_.mutex_);
  const std::chrono::milliseconds answer(answer_bytes_ / kAnswerBytesPerMs);
  all_.answered_ = std::max(all_.answered_, Clock::now() + kAnswerTime + answer);
  if (--all_.running_ == 0) all_.changed_.notify_all();
}

void RunningCalls::AwaitQuiet(Clock::time_point end) {
  std::unique_lock lock(mutex_);
  const auto goodbye = Clock::now() + kGoodbyeTime;
  while (!finished_) {
    const auto until = running_ > 0 ? end : std::min(end, std::max(goodbye, answered_));
    if (Clock::now() >= until) return;
    changed_.wait_until(lock, until);
  }
}

void RunningCalls::Finish() {
  const std::lock_guard lock(mutex_);
  finished_ = true;
  changed_.notify_all();
}

void ShutDown(grpc::Server& server, RunningCalls& calls, std::chrono::milliseconds grace) {
  const auto shut_down = [&] {
    server.Shutdown(std::chrono::system_clock::now() + grace);
    calls.Finish();
  };
  std::thread shutdown;
  try {
    shutdown = std::thread(shut_down);
  } catch (const std::system_error&) {  // no room for a thread: then in gRPC's own time
    shut_down();
  }
  calls.AwaitQuiet(RunningCalls::Clock::now() + grace);
  // What gRPC does itself at the end of the grace, earlier; of no effect on a server that has
  // ended.
  grpc_server_cancel_all_calls(server.c_server());
  if (shutdown.joinable()) shutdown.join();
  server.Wait();
}

}  // namespace acd::server
