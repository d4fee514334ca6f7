#pragma once

#include <string_view>

namespace acd::sops {

/// `text` without white space at its start, or at both ends, of what Unicode calls so: Go's
/// strings.TrimLeftFunc(text, unicode.IsSpace) and strings.TrimSpace.
std::string_view TrimGoSpaceLeft(std::string_view text);
std::string_view TrimGoSpace(std::string_view text);

}  // namespace acd::sops
