#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "decrypt/sops/tree.h"

namespace acd::sops {

/// What sops makes of a number text that follows the JSON grammar: an int64 where it is an integer
/// that fits, else the nearest double. nullopt: beyond the range of a double.
std::optional<Node> ParseJsonNumber(std::string_view text);

/// A finite double as Go's encoding/json prints it: the shortest digits that read back the same,
/// with an exponent below 1e-6 and from 1e21 on.
std::string FormatJsonDouble(double value);

}  // namespace acd::sops
