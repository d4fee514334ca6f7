#pragma once

#include <cstddef>
#include <string_view>

#include "decrypt/base/secret_bytes.h"

namespace acd::preview {

/// A stretch of a text that could be base64, and what it would be of.
struct Base64Run {
  std::size_t size = 0;  ///< in the text; 0: none begins here
  SecretBytes decoded;   ///< empty: it is no base64
};

/// The run that begins at `at`: eight and more characters of base64's alphabet, padding, and line
/// breaks with indentation where each line before is as long as the first, and at least 60.
Base64Run FindBase64Run(std::string_view text, std::size_t at);

/// The same, but ended by a slash: of a path, each part.
Base64Run FindBase64Part(std::string_view text, std::size_t at);

}  // namespace acd::preview
