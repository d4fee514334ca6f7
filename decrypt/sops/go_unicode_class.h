#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace acd::sops {

/// Where a class of characters stands in an expression.
enum class Place { kAlone, kInBrackets };

/// `\p{NAME}`, or `\P{NAME}`, of Go in the syntax of RE2, which knows fewer names and is strict
/// about how they are written. nullopt: Go knows no such class; what RE2 does not know either may
/// come back as it is. Spec: Go 1.26 regexp/syntax, unicodeTable.
std::optional<std::string> Re2UnicodeClass(std::string_view name, bool negated, Place place);

}  // namespace acd::sops
