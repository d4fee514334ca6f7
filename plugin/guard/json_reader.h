#pragma once

#include <optional>
#include <string_view>

#include "decrypt/base/limits.h"
#include "decrypt/yaml/reader.h"

namespace acd::guard {

/// One JSON value as the YAML node that Argo CD would see. Needed beside the YAML reader because a
/// JSON text may spell a character as a surrogate pair, which YAML forbids.
/// nullopt: not JSON, or past a limit (then the YAML reader has the last word).
std::optional<yaml::Node> ReadJson(std::string_view text, const Limits& limits);

/// Whether a text is one JSON object and white space around it.
bool IsJson(std::string_view text);

}  // namespace acd::guard
