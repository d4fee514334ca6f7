#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "decrypt/base/result.h"
#include "plugin/discovery/name_tree.h"

namespace acd::discovery {

/// As much as the system takes for a path.
inline constexpr std::size_t kMaxPatternBytes = 4096;

/// The application's path and a pattern below it, joined as Argo CD joins them and cleaned, from
/// the repository's root; nothing when that leaves the root, or when no system would look the
/// application's path up. Error: kLimitExceeded.
Result<std::optional<std::string>> PatternPath(const NameTree& tree, std::string_view app_path,
                                               std::string_view pattern);

/// The error for a pattern that has no meaning.
Failure MalformedPattern(std::string_view joined);

}  // namespace acd::discovery
