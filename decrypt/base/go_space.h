#pragma once

#include <cstddef>
#include <string_view>

namespace acd {

/// The size of the white space that `text` starts with, in bytes, as Unicode (Go's unicode.IsSpace)
/// and UTF-8 have it; 0 if there is none.
std::size_t GoSpaceAtStart(std::string_view text);

/// `text` without white space at its start, or at both ends, of what Unicode calls so: Go's
/// strings.TrimLeftFunc(text, unicode.IsSpace) and strings.TrimSpace.
std::string_view TrimGoSpaceLeft(std::string_view text);
std::string_view TrimGoSpace(std::string_view text);

}  // namespace acd
