#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace acd::workspace {

/// What is used of the file system that a folder lies on, by whomever: one call of the system, and
/// where the folder's tmpfs is its own, as in the sidecar, what our requests have unpacked and
/// decrypted, with the charts that are kept.
struct Usage {
  std::uint64_t used_bytes = 0;
  std::uint64_t limit_bytes = 0;  ///< of the file system; 0: it has none
};

/// nullopt: the system does not say.
std::optional<Usage> UsageOf(const std::string& folder);

}  // namespace acd::workspace
