#pragma once

#include <string>
#include <string_view>

namespace acd::guard {

/// A JSON text, which must be valid, spelled so that a YAML reader takes it for the same value.
/// Argo CD reads a plugin's JSON as YAML: there a surrogate pair (`\ud83d\ude00`) is an error, and
/// so are characters that JSON allows as they are (U+007F, U+FEFF); U+2028 is a line's end.
std::string JsonForYaml(std::string_view json);

}  // namespace acd::guard
