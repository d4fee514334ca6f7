#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "decrypt/base/error.h"

namespace acd::sops {

/// Why one wrapped key did not open.
struct KeyFailure {
  std::string name;  ///< recipient, fingerprint, ...
  Error error;
};

/// What came of one key group. Only the first failures are kept, so that a file with 20,000
/// recipients makes no report of megabytes.
struct GroupOutcome {
  static constexpr std::size_t kKept = 10;
  bool success = false;
  std::vector<KeyFailure> failures;
  std::size_t failed = 0;  ///< all of them

  void Add(const std::string& name, Error error);
};

/// The error for a data key that could not be recovered, in the layout of sops's own report without
/// its line wrapping, its cause in the first line. `recipients`: of all groups; `tried`: public
/// names of the keys at hand.
Error DataKeyError(const std::vector<GroupOutcome>& groups, std::int64_t threshold,
                   const std::vector<std::string_view>& recipients,
                   const std::vector<std::string>& tried);

}  // namespace acd::sops
