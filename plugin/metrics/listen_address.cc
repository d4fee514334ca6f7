#include "plugin/metrics/listen_address.h"

#include <charconv>

namespace acd::metrics {
namespace {

Failure Refuse(std::string_view text) {
  return Fail(Code::kInvalidInput, "\"" + std::string(text) + "\" is no HOST:PORT",
              "write 127.0.0.1:9096 or [::1]:9096, or :9096 for every address");
}

}  // namespace

Result<ListenAddress> ParseListenAddress(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return Refuse(text);
  ListenAddress address;
  std::string_view host = text.substr(0, colon);
  const bool in_brackets = host.size() > 2 && host.front() == '[' && host.back() == ']';
  if (in_brackets) host = host.substr(1, host.size() - 2);
  // Without brackets an IPv6 address's last part would be taken for a port.
  if (!in_brackets && host.find(':') != std::string_view::npos) return Refuse(text);
  if (host.find_first_of("[]/ ") != std::string_view::npos) return Refuse(text);
  address.host = host;
  const std::string_view port = text.substr(colon + 1);
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), address.port);
  if (error != std::errc() || end != port.data() + port.size()) return Refuse(text);
  return address;
}

std::string FormatListenAddress(const ListenAddress& address) {
  const bool is_v6 = address.host.find(':') != std::string::npos;
  return (is_v6 ? "[" + address.host + "]" : address.host) + ":" + std::to_string(address.port);
}

}  // namespace acd::metrics
