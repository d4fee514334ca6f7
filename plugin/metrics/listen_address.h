#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "decrypt/base/result.h"

namespace acd::metrics {

/// Where a server listens: "127.0.0.1:9096", "[::1]:9096", "localhost:9096"; ":9096" is every
/// address of the machine, whichever kinds it has; port 0 is any free one.
struct ListenAddress {
  std::string host;  ///< without brackets; empty: all
  std::uint16_t port = 0;
};

/// Error: kInvalidInput, which says what a good one looks like.
Result<ListenAddress> ParseListenAddress(std::string_view text);

/// The same text again.
std::string FormatListenAddress(const ListenAddress& address);

}  // namespace acd::metrics
