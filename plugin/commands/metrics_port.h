#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "decrypt/base/result.h"
#include "plugin/commands/log.h"
#include "plugin/commands/server_metrics.h"
#include "plugin/metrics/endpoint.h"

namespace acd::commands {

/// Serves the metrics, if an address is set. A port that is taken stops no request: it is tried
/// again. The metrics and the log are borrowed, and have to live as long. Not for several threads.
class MetricsPort {
 public:
  /// Error: kInvalidInput (no address), naming the setting.
  static Result<MetricsPort> Open(const std::string& address, ServerMetrics& metrics, Log& log);

  /// To be called from time to time.
  void Poll();
  /// Empty: nothing listens.
  std::string Address() const;

 private:
  MetricsPort(ServerMetrics& metrics, Log& log) : metrics_(&metrics), log_(&log) {}
  void Try();

  ServerMetrics* metrics_;
  Log* log_;
  std::optional<metrics::ListenAddress> wanted_;
  std::unique_ptr<metrics::Endpoint> endpoint_;
  std::chrono::steady_clock::time_point next_;
};

}  // namespace acd::commands
