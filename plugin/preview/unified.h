#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace acd::preview {

/// How a difference is printed.
struct UnifiedOptions {
  std::size_t context = 3;  ///< equal lines around a change
  bool colour = false;      ///< with the escape sequences that git uses
};

/// The difference of two texts in the unified format, hunks only; empty when they are equal.
/// `added` and `removed` are increased by the lines of each kind.
std::string UnifiedHunks(std::string_view before, std::string_view after,
                         const UnifiedOptions& options, std::size_t& added, std::size_t& removed);

/// The line, its line break included, in a colour of a terminal (an SGR parameter like "1" or
/// "32"), if `colour`.
std::string Coloured(std::string_view line, std::string_view parameter, bool colour);

}  // namespace acd::preview
