#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "decrypt/base/result.h"

namespace acd::tracing {

using NamesAndValues = std::vector<std::pair<std::string, std::string>>;

/// Where traces go, and what each of them says of its sender.
struct TracingSettings {
  std::string address;  ///< host:port of an OTLP/gRPC collector
  bool insecure = true;
  NamesAndValues headers;     ///< sent with each batch; may hold credentials
  NamesAndValues attributes;  ///< of the resource, beside service.name and service.version
  double sample_ratio = 1;    ///< of calls without a caller's trace
  std::string version;        ///< our own
};

/// `host:port`, the host being a name, an IPv4 address, or an IPv6 address in brackets.
/// Error: kInvalidInput.
Status CheckAddress(std::string_view text);

/// Reads `name=value,name=value`. Names are put in lower case, as gRPC wants them.
/// Error: kInvalidInput, telling an entry by its number only: who mistypes a header may have its
/// credential in the wrong place.
Result<NamesAndValues> ParseHeaders(std::string_view text);

/// Reads `name:value,name:value`. Error: kInvalidInput.
Result<NamesAndValues> ParseAttributes(std::string_view text);

/// The text without what the headers' values say: each word of one that has `kShortestSecret`
/// characters or more is replaced.
inline constexpr std::size_t kShortestSecret = 4;
std::string WithoutHeaders(std::string text, const NamesAndValues& headers);

}  // namespace acd::tracing
