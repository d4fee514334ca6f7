#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>

#include "decrypt/base/result.h"
#include "decrypt/keys/key_tools.h"

namespace acd::keys {

/// The gpg-agent of a private keyring, without which gpg opens nothing. It runs as our own child in
/// the foreground, on a socket that it is given, so that it cannot outlive us, and only while it is
/// used and a moment longer: a render with several files needs one start.
/// Threads: safe to call concurrently.
class GpgAgent {
 public:
  /// While one exists, the agent runs. Does not outlive the agent object.
  class Lease {
   public:
    Lease(GpgAgent* agent, std::uint64_t start) : agent_(agent), start_(start) {}
    Lease(Lease&& other) noexcept
        : agent_(std::exchange(other.agent_, nullptr)), start_(other.start_) {}
    Lease& operator=(Lease&&) = delete;
    ~Lease() {
      if (agent_ != nullptr) agent_->Leave();
    }

   private:
    friend class GpgAgent;
    GpgAgent* agent_;
    std::uint64_t start_;  ///< which of its starts
  };

  /// `home`: the keyring's folder.
  GpgAgent(std::shared_ptr<const KeyTools> tools, std::string home);
  ~GpgAgent() { End(); }
  GpgAgent(const GpgAgent&) = delete;
  GpgAgent& operator=(const GpgAgent&) = delete;

  /// Starts it unless it runs. Errors: kNotFound (no gpg-agent), kIo,
  /// kLimitExceeded (the home's path is too long for a socket).
  Result<Lease> Use();

  /// Looks whether the agent of a lease has died, after it may have let its user down. If so, the
  /// next Use starts another.
  bool IsLost(const Lease& lease);

  /// Ends it for good: when this returns, the process is gone. No lease may be left.
  void End();

 private:
  enum class State { kIdle, kStarting, kRunning };

  void Leave();
  void Serve();
  void AwaitEnd(std::unique_lock<std::mutex>& lock);
  Result<std::unique_ptr<age::PluginChannel>> TryStart();
  Result<std::unique_ptr<age::PluginChannel>> Start();
  Result<std::string> SocketPath() const;

  const std::shared_ptr<const KeyTools> tools_;
  const std::string home_;
  /// Written by the serving thread while it starts the agent, and after its end.
  std::string socket_path_;

  std::mutex mutex_;
  std::condition_variable changed_;
  State state_ = State::kIdle;
  Error failure_;
  int users_ = 0;
  std::uint64_t uses_ = 0;  ///< counts their beginnings and ends
  std::uint64_t starts_ = 0;
  bool stop_ = false;
  bool lost_ = false;  ///< the agent was found dead; until the serving thread has seen it
  /// A child ends with the thread that started it, and a request's thread may end before another
  /// request is through: so the agent has a thread of its own.
  std::thread thread_;
};

}  // namespace acd::keys
