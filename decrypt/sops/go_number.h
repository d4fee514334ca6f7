#pragma once

#include <cstdint>
#include <string_view>

#include "decrypt/base/result.h"
#include "decrypt/base/secret_bytes.h"

namespace acd::sops {

/// Numbers and booleans as Go's strconv reads and prints them: sops keeps decrypted values and MAC
/// input in these very forms. Errors: kInvalidInput in Go's words ("strconv.Atoi: invalid syntax"),
/// without the text that was parsed, which may be secret.

/// strconv.Atoi: optional sign and decimal digits that fit in 64 bits.
Result<std::int64_t> ParseGoInt(std::string_view text);

/// strconv.ParseInt(text, 0, 64): also 0x, 0o, 0b, a leading 0 for octal, and digit separators `_`.
Result<std::int64_t> ParseGoIntAnyBase(std::string_view text);

/// strconv.ParseFloat(text, 64): decimal and hexadecimal, `inf`, `infinity` and `nan` in any case.
/// Too small becomes zero, too large is an error.
Result<double> ParseGoFloat(std::string_view text);

/// strconv.ParseBool: 1 t T TRUE true True 0 f F FALSE false False.
Result<bool> ParseGoBool(std::string_view text);

/// strconv.FormatFloat(value, 'f', -1, 64): the shortest digits that read back, never an exponent.
SecretBytes FormatGoFloat(double value);

}  // namespace acd::sops
