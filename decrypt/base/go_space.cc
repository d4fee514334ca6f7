#include "decrypt/base/go_space.h"

#include <algorithm>
#include <array>

namespace acd {
namespace {

using namespace std::string_view_literals;

bool IsAsciiSpace(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

constexpr std::array kWideSpaces = {"\u0085"sv, "\u00A0"sv, "\u1680"sv, "\u2000"sv, "\u2001"sv,
                                    "\u2002"sv, "\u2003"sv, "\u2004"sv, "\u2005"sv, "\u2006"sv,
                                    "\u2007"sv, "\u2008"sv, "\u2009"sv, "\u200A"sv, "\u2028"sv,
                                    "\u2029"sv, "\u202F"sv, "\u205F"sv, "\u3000"sv};

/// The size of the white space at an end of a text: `edge` is its outermost byte, `stands_there`
/// says whether a character does.
template <typename StandsThere>
std::size_t SpaceAt(char edge, StandsThere stands_there) {
  if (static_cast<signed char>(edge) >= 0) return IsAsciiSpace(edge) ? 1 : 0;
  const auto* const found = std::find_if(kWideSpaces.begin(), kWideSpaces.end(), stands_there);
  return found == kWideSpaces.end() ? 0 : found->size();
}

std::size_t SpaceAtEnd(std::string_view text) {
  if (text.empty()) return 0;
  return SpaceAt(text.back(), [&](std::string_view space) { return text.ends_with(space); });
}

}  // namespace

std::size_t GoSpaceAtStart(std::string_view text) {
  if (text.empty()) return 0;
  return SpaceAt(text.front(), [&](std::string_view space) { return text.starts_with(space); });
}

std::string_view TrimGoSpaceLeft(std::string_view text) {
  while (const std::size_t size = GoSpaceAtStart(text)) text.remove_prefix(size);
  return text;
}

std::string_view TrimGoSpace(std::string_view text) {
  text = TrimGoSpaceLeft(text);
  while (const std::size_t size = SpaceAtEnd(text)) text.remove_suffix(size);
  return text;
}

}  // namespace acd
