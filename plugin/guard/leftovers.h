#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "decrypt/yaml/reader.h"

namespace acd::guard {

/// Whether a text is, or holds, a value that SOPS encrypted: it starts with `ENC[AES256_GCM,`, or a
/// whole encrypted file is embedded in it. A sentence that only mentions the marker passes.
bool HoldsCiphertext(std::string_view text);

/// Where under a node ciphertext is left, keys included, as a field path ("spec.args[2]").
std::optional<std::string> FindCiphertext(const yaml::Node& node);

/// A member's name for a message: cut when long, replaced when it is not plain text.
std::string FieldName(std::string_view key);

}  // namespace acd::guard
