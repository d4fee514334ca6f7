#include "plugin/commands/metrics_port.h"

#include <utility>

namespace acd::commands {
namespace {

constexpr const char* kSetting = "--metrics-address (ARGOCD_DECRYPT_METRICS_ADDRESS)";
constexpr std::chrono::seconds kPause{30};

}  // namespace

Result<MetricsPort> MetricsPort::Open(const std::string& address, ServerMetrics& metrics,
                                      Log& log) {
  MetricsPort port(metrics, log);
  if (address.empty()) return port;
  auto where = metrics::ParseListenAddress(address);
  if (!where) return Fail(std::move(where).error().With(kSetting));
  port.wanted_ = *where;
  port.Try();
  return port;
}

void MetricsPort::Poll() {
  if (wanted_ && !endpoint_ && std::chrono::steady_clock::now() >= next_) Try();
}

std::string MetricsPort::Address() const {
  return endpoint_ ? FormatListenAddress(endpoint_->address()) : std::string();
}

void MetricsPort::Try() {
  auto endpoint = metrics::Endpoint::Start(*wanted_, [all = metrics_] { return all->Text(); });
  if (endpoint) {
    endpoint_ = *std::move(endpoint);
    return;
  }
  next_ = std::chrono::steady_clock::now() + kPause;
  log_->Write(LogLevel::kError, "metrics are not served",
              {{"setting", kSetting}, {"problem", endpoint.error().message}});
}

}  // namespace acd::commands
