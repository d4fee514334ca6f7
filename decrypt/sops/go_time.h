#pragma once

#include <string>
#include <string_view>

#include "decrypt/base/result.h"

namespace acd::sops {

/// A point in time as Go's time.Parse(time.RFC3339) reads it, clock and offset as written.
struct GoTime {
  int year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0;
  int nanosecond = 0;
  int offset_minutes = 0;  ///< east of UTC; zero prints as `Z`

  /// RFC 3339 without a fraction: how sops writes `lastmodified` into the MAC's associated data.
  std::string Rfc3339() const;
  /// RFC 3339 with the fraction, its trailing zeros dropped: how sops prints and hashes values.
  std::string Rfc3339Nano() const;
};

/// Whether an error may quote what was parsed. Decrypted text must not be quoted.
enum class QuoteInput { kNo, kYes };

/// Go's reading of RFC 3339: upper-case T and Z; a one-digit hour, a comma before the fraction and
/// an offset up to 24:60 pass there, so they pass here.
/// Errors: kInvalidInput in Go's words (`parsing time "" as "2006-...": cannot parse "" as
/// "2006"`).
Result<GoTime> ParseGoTime(std::string_view text, QuoteInput quote);

}  // namespace acd::sops
