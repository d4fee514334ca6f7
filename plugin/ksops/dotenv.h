#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "decrypt/base/result.h"
#include "decrypt/base/secret_bytes.h"

namespace acd::ksops {

using Variables = std::map<std::string, SecretBytes, std::less<>>;

/// Reads variables as joho/godotenv 1.5.1 does (Unmarshal), which KSOPS gives `envs` files to:
/// `NAME=value` or `NAME: value`, `export` in front, `#` comments, 'text as it is', "text with \n,
/// $VAR and ${VAR}", quoted values of several lines. `$VAR` stands for an earlier variable of the
/// same text, or for nothing; never for one of this process's environment. What is surprising in
/// there is kept: a lone word at the very end is the value of a variable without a name, `#` begins
/// a comment at its last place in a line, bytes of a bare value that are no UTF-8 become U+FFFD.
/// `max_bytes` bounds the values together: `$A$A` doubles with each line.
/// Errors: kInvalidInput "line N: ...", where godotenv's own would quote the text; kLimitExceeded.
Result<Variables> ParseDotenv(std::string_view text, std::size_t max_bytes);

}  // namespace acd::ksops
