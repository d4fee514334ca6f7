#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

// Go's number syntax (package strconv), in which sops and Argo CD read and print YAML numbers.
namespace acd::yaml {

/// strconv.ParseInt(text, base, 64); base 0 takes 0x, 0o, 0b and a leading 0 for octal, but no
/// underscores. nullopt: syntax or range.
std::optional<std::int64_t> ParseGoInt(std::string_view text, unsigned base);
/// strconv.ParseUint(text, base, 64), the same way.
std::optional<std::uint64_t> ParseGoUint(std::string_view text, unsigned base);

/// strconv.ParseFloat(text, 64) of decimal numbers: no hexadecimal floats, no inf, no nan.
/// Underscores may stand between digits. nullopt: syntax, or too large; too small becomes 0.
std::optional<double> ParseGoDecimalFloat(std::string_view text);

/// strconv.FormatFloat(value, 'g', -1, 64): the shortest digits that read back as `value`, with an
/// exponent where it is below -4 or above 5. "+Inf", "-Inf", "NaN".
std::string FormatGoFloat(double value);

}  // namespace acd::yaml
