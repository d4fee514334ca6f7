#pragma once

#include <string_view>

#include "decrypt/base/secret_bytes.h"

namespace acd::sources {

/// Appends a JSON string as Go's encoding/json writes it (`<`, `>` and `&` escaped too). What is no
/// UTF-8 goes through as it is.
void AppendJson(SecretBytes& out, std::string_view text);
/// `"name":"text"`.
void AppendJsonField(SecretBytes& out, std::string_view name, std::string_view text);

}  // namespace acd::sources
