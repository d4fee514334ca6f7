#pragma once

#include <string>
#include <string_view>

namespace acd::sources {

/// SHA-256, in lower-case hex.
std::string Sha256Hex(std::string_view text);

}  // namespace acd::sources
