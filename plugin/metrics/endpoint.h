#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>

#include "decrypt/base/result.h"
#include "plugin/metrics/listen_address.h"

namespace acd::metrics {

/// What bounds strangers: a metrics port is open to whoever reaches the pod.
struct EndpointLimits {
  std::size_t max_connections = 16;
  std::size_t max_header_bytes = 8U << 10U;
  std::chrono::milliseconds request_time{5000};  ///< for a whole request to arrive
  std::chrono::milliseconds answer_time{10000};  ///< for a whole answer to be taken
};

/// `GET /metrics` over HTTP/1.1, in one thread of its own. HEAD too; anything else is 404 or 405.
/// Each connection serves one request: a scrape comes twice a minute, and what never waits for a
/// next request cannot be made to. When one more comes than there may be, the one that has been at
/// its present step for longest has to go: those who dawdle lose to those who ask.
class Endpoint {
 public:
  /// The answer's body; called in the endpoint's thread, for one request at a time. What it throws
  /// becomes status 500.
  using Content = std::function<std::string()>;

  /// Listens from this moment on. Errors: kIo (the address cannot be had, in the system's words).
  static Result<std::unique_ptr<Endpoint>> Start(const ListenAddress& address, Content content,
                                                 EndpointLimits limits = {});
  /// Ends every connection, and waits for the thread.
  ~Endpoint();
  Endpoint(const Endpoint&) = delete;
  Endpoint& operator=(const Endpoint&) = delete;

  /// Where it listens, the port chosen if it was 0.
  const ListenAddress& address() const;

 private:
  class Impl;
  explicit Endpoint(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace acd::metrics
