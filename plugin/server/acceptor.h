#pragma once

#include <functional>
#include <thread>

#include "decrypt/base/unique_fd.h"
#include "plugin/server/unix_socket.h"

namespace acd::server {

/// Accepts connections of a socket in a thread of its own. gRPC could listen by itself, but it
/// removes whatever is at the path when it starts and when it ends, a successor's socket included.
class Acceptor {
 public:
  /// `take` gets each connection (non-blocking, close-on-exec) and owns it.
  Acceptor(ListeningSocket socket, std::function<void(UniqueFd)> take);
  ~Acceptor() { Stop(); }
  Acceptor(const Acceptor&) = delete;
  Acceptor& operator=(const Acceptor&) = delete;

  /// Unlinks the socket, hands on who has connected until then, and stops. Idempotent.
  void Stop() noexcept;

 private:
  void Loop();
  /// Accepts all that wait. False when accepting cannot go on at the moment (no descriptors).
  bool AcceptWaiting();

  ListeningSocket socket_;
  std::function<void(UniqueFd)> take_;
  UniqueFd wake_;  ///< eventfd: becomes readable when the thread shall end
  std::thread thread_;
};

}  // namespace acd::server
