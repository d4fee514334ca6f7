#include "plugin/commands/tracing_flags.h"

#include <cmath>
#include <cstdlib>

#include "plugin/commands/cli.h"
#include "plugin/commands/engine_options.h"
#include "plugin/commands/version_command.h"

namespace acd::commands {
namespace {

constexpr const char* kStockInsecure = "ARGOCD_CMP_SERVER_OTLP_INSECURE";
constexpr const char* kStockRatio = "ARGOCD_CMP_SERVER_OTLP_SAMPLE_RATIO";

// Go's strconv.ParseBool. Where it is unsure the stock server goes on without TLS; headers would go
// out in clear.
Result<bool> StockInsecure() {
  const std::string text = EnvironmentOr(kStockInsecure, "true");
  for (const char* yes : {"1", "t", "T", "TRUE", "true", "True"}) {
    if (text == yes) return true;
  }
  for (const char* no : {"0", "f", "F", "FALSE", "false", "False"}) {
    if (text == no) return false;
  }
  return Fail(Code::kInvalidInput, std::string(kStockInsecure) + ": is neither true nor false");
}

Result<double> StockRatio() {
  const std::string text = EnvironmentOr(kStockRatio, "1");
  char* end = nullptr;
  const double ratio = std::strtod(text.c_str(), &end);
  if (*end == '\0' && end != text.c_str() && ratio >= 0 && ratio <= 1) return ratio;
  return Fail(Code::kInvalidInput, std::string(kStockRatio) + ": is not a number from 0 to 1");
}

std::string OrStock(const std::string& value, const char* variable) {
  return value.empty() ? EnvironmentOr(variable, "") : value;
}

}  // namespace

void TracingFlags::AddTo(CLI::App& app) {
  AddSetting(app, "otlp-address", address,
             "host:port of an OpenTelemetry collector (OTLP/gRPC) that gets a trace of each call; "
             "default: none. Each --otlp- setting may also come from ARGOCD_CMP_SERVER_OTLP_..., "
             "as for the stock plugin server");
  insecure_ = AddSetting(app, "otlp-insecure", insecure,
                         "without TLS, the default; --otlp-insecure=false: with TLS, by the "
                         "system's certificates or $SSL_CERT_FILE");
  // Here, a default would be shown by --help: no variable is read before.
  AddSetting(app, "otlp-headers", headers,
             "name=value,... sent with each batch, such as a token; the variable does not show in "
             "the list of processes")
      ->join(',');
  AddSetting(app, "otlp-attrs", attributes, "name:value,... that describe this server")->join(',');
  sample_ratio_ = AddSetting(app, "otlp-sample-ratio", sample_ratio,
                             "of calls that belong to no trace yet, how many start one; a caller's "
                             "trace is joined if the caller samples it")
                      ->check(CLI::Range(0.0, 1.0));
}

Result<tracing::TracingSettings> TracingFlags::Take() const {
  tracing::TracingSettings settings;
  settings.address = OrStock(address, "ARGOCD_CMP_SERVER_OTLP_ADDRESS");
  if (settings.address.empty()) return settings;
  ACD_CHECK(tracing::CheckAddress(settings.address));
  settings.insecure = insecure;
  settings.sample_ratio = sample_ratio;
  if (insecure_->count() == 0) {
    ACD_TRY(settings.insecure, StockInsecure());
  }
  if (sample_ratio_->count() == 0) {
    ACD_TRY(settings.sample_ratio, StockRatio());
  }
  ACD_TRY(settings.headers,
          tracing::ParseHeaders(OrStock(headers, "ARGOCD_CMP_SERVER_OTLP_HEADERS")));
  ACD_TRY(settings.attributes,
          tracing::ParseAttributes(OrStock(attributes, "ARGOCD_CMP_SERVER_OTLP_ATTRS")));
  settings.version = Version();
  return settings;
}

}  // namespace acd::commands
