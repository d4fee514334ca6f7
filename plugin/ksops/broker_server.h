#pragma once

#include <chrono>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "decrypt/base/result.h"
#include "decrypt/base/unique_fd.h"
#include "plugin/ksops/call.h"

namespace acd::ksops {

/// Answers the generator processes of one render, which hold no key: they pass on how they were
/// called, and get what they have to print. Lives as long as the render does.
///
/// Only processes of this user are answered, through a socket (mode 0600) in a folder of mode 0700.
/// A client that sends garbage, nothing, or too much loses its connection and disturbs nobody.
class BrokerServer {
 public:
  /// Evaluates a call. Called from several threads at once.
  using Handler = std::function<Answer(const Call& call)>;

  /// Listens on `<run_dir>/ksops.sock`. Error: kIo.
  static Result<std::unique_ptr<BrokerServer>> Start(const std::string& run_dir, Handler handler);
  /// Ends every connection and waits for the handlers that are running.
  ~BrokerServer();
  BrokerServer(const BrokerServer&) = delete;
  BrokerServer& operator=(const BrokerServer&) = delete;

  /// For the generator's environment.
  const std::string& address() const { return address_; }

 private:
  struct Connection {
    UniqueFd socket;
    std::thread thread;
    bool done = false;  ///< guarded by mutex_
  };

  BrokerServer(std::string address, UniqueFd listener, UniqueFd wake, Handler handler);
  void AcceptLoop();
  void Accept();
  void Serve(Connection& connection);
  Answer Handle(const Call& call) const;
  void Reap();
  bool AwaitPlace();
  bool HasPlace();

  const std::string address_;
  const UniqueFd listener_;
  const UniqueFd wake_;
  const Handler handler_;
  std::chrono::steady_clock::time_point last_place_;  ///< used by accept_thread_ only
  std::mutex mutex_;                                  ///< guards what follows
  std::list<Connection> connections_;
  std::thread accept_thread_;
};

}  // namespace acd::ksops
