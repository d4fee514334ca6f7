#pragma once

#include <optional>
#include <string_view>

namespace acd::discovery {

/// Go's filepath.Match: `*`, `?`, `[a-z]`, `[^a]` and `\c`, none of which matches a slash but
/// `[^a]`. Nothing for a malformed pattern (ErrBadPattern), as far as Go looks at it: what follows
/// the place where a name does not match may be anything.
/// Time: at most the pattern's size times the name's.
std::optional<bool> GoMatch(std::string_view pattern, std::string_view name);

/// Whether the text has a character that is special to GoMatch.
bool HasMeta(std::string_view text);

}  // namespace acd::discovery
