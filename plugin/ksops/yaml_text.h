#pragma once

#include <string_view>

#include "decrypt/base/secret_bytes.h"
#include "decrypt/yaml/reader.h"

namespace acd::ksops {

/// Appends a string as a double-quoted scalar that YAML 1.1, 1.2 and JSON readers take for the same
/// string.
void AppendQuoted(SecretBytes& out, std::string_view text);

/// Appends a node in flow style, on one line. A plain scalar stays plain where it may resolve to
/// something else than a string.
void AppendFlow(SecretBytes& out, const yaml::Node& node);

/// Appends text with each line indented; empty lines stay empty.
void AppendIndented(SecretBytes& out, std::string_view text, std::string_view indent);

}  // namespace acd::ksops
