#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "decrypt/age/identity.h"

namespace acd::age {

/// More keys than this in one text are ignored, with a warning: each costs a derivation now and a
/// try later.
inline constexpr std::size_t kMaxIdentities = 10'000;

enum class KeyLayout {
  kOnePerLine,  ///< a key file
  kWords,       ///< SOPS_AGE_KEY: several keys on a line, separated by white space
};

struct ParsedIdentities {
  Identities identities;
  /// "line 3: malformed secret key: invalid checksum"; the first few, then a count. Never a part of
  /// the line, since what is wrong there is most often a key.
  std::vector<std::string> warnings;
};

/// Reads a key file: one identity a line, lines that start with `#` and empty lines ignored,
/// nothing trimmed, CRLF allowed. A line that is no identity becomes a warning and never hides the
/// others. Spec: age "keygen" format; sops age/keysource.go for kWords.
ParsedIdentities ParseIdentityFile(std::string_view text, KeyLayout layout);

}  // namespace acd::age
