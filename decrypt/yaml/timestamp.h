#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace acd::yaml {

/// Reads a timestamp in one of the four forms that go-yaml knows (T, t, a space without zone, or a
/// date alone; months to seconds may have one digit) and prints it as RFC 3339 with the fraction
/// trimmed and its own offset: what Go's time.Parse and time.Format do. nullopt: no timestamp.
std::optional<std::string> NormaliseTimestamp(std::string_view text);

}  // namespace acd::yaml
