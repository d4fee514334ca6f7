#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace acd::sops {

/// A regular expression of Go's regexp package in the syntax of RE2, which is nearly the same.
/// Group names may be written `(?<n>`, which RE2 knows only since 2023; RE2's `\C` is none of Go's;
/// Go knows other names of Unicode's classes, takes no letters but ASCII's in names of groups, and
/// no count of nine digits for a text. nullopt: Go does not accept it. A text that neither of them
/// accepts may come back as it is. Spec: Go regexp/syntax.
std::optional<std::string> Re2FromGo(std::string_view expression);

}  // namespace acd::sops
