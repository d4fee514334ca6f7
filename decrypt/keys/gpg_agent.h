#pragma once

#include <chrono>
#include <condition_variable>
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
    explicit Lease(GpgAgent* agent) : agent_(agent) {}
    Lease(Lease&& other) noexcept : agent_(std::exchange(other.agent_, nullptr)) {}
    Lease& operator=(Lease&&) = delete;
    ~Lease() {
      if (agent_ != nullptr) agent_->Leave();
    }

   private:
    GpgAgent* agent_;
  };

  /// `home`: the keyring's folder.
  GpgAgent(std::shared_ptr<const KeyTools> tools, std::string home);
  ~GpgAgent() { End(); }
  GpgAgent(const GpgAgent&) = delete;
  GpgAgent& operator=(const GpgAgent&) = delete;

  /// Starts it unless it runs. Errors: kNotFound (no gpg-agent), kIo, kLimitExceeded (the home's
  /// path is too long for a socket).
  Result<Lease> Use();

  /// Ends it for good: when this returns, the process is gone. No lease may be left.
  void End();

 private:
  enum class State { kIdle, kStarting, kRunning };

  void Leave();
  void Serve();
  Result<std::unique_ptr<age::PluginChannel>> Start();
  Result<std::string> SocketPath() const;

  const std::shared_ptr<const KeyTools> tools_;
  const std::string home_;
  std::string socket_path_;  ///< used by the serving thread only, and after its end

  std::mutex mutex_;
  std::condition_variable changed_;
  State state_ = State::kIdle;
  Error failure_;
  int users_ = 0;
  bool stop_ = false;
  /// A child ends with the thread that started it, and a request's thread may end before another
  /// request is through: so the agent has a thread of its own.
  std::thread thread_;
};

}  // namespace acd::keys
