#pragma once

#include <cstddef>
#include <string_view>

#include "decrypt/base/secret_bytes.h"

namespace acd::sops {

/// The text that a JSON string stands for. `body` is what is between the quotes and was checked to
/// follow the grammar. Lone surrogates and each byte that is not UTF-8 become U+FFFD.
SecretBytes DecodeJsonString(std::string_view body);

/// Appends `text` as a JSON string with its quotes, escaped as Go's encoding/json does by default
/// (also `<`, `>`, `&`, U+2028 and U+2029; each byte that is not UTF-8 becomes \ufffd).
void AppendJsonString(std::string_view text, SecretBytes& out);

}  // namespace acd::sops
