#pragma once

#include <string_view>

#include "decrypt/base/result.h"
#include "decrypt/base/secret_bytes.h"

namespace acd::age {

/// Whether the text begins like an armored age file, white space before it allowed.
bool LooksArmored(std::string_view text);

/// Removes the armor: PEM without headers, lines of 64 columns, strict base64, LF or CRLF, up to
/// 1024 bytes of white space around it and nothing else.
/// Errors: kInvalidInput "invalid armor: ...", as age says it but without quoting the text.
/// Spec: C2SP age, "ASCII armor"; the limits on white space are age's own.
Result<SecretBytes> Dearmor(std::string_view text);

}  // namespace acd::age
