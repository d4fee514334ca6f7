#include "decrypt/sops/go_unicode_class.h"

#include <re2/re2.h>
#include <re2/stringpiece.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

namespace acd::sops {
namespace {

/// Other names of Unicode's categories, as Canonical writes them.
constexpr std::array<std::pair<std::string_view, std::string_view>, 42> kAliases = {{
    {"Casedletter", "Lc"},
    {"Closepunctuation", "Pe"},
    {"Cntrl", "Cc"},
    {"Combiningmark", "M"},
    {"Connectorpunctuation", "Pc"},
    {"Control", "Cc"},
    {"Currencysymbol", "Sc"},
    {"Dashpunctuation", "Pd"},
    {"Decimalnumber", "Nd"},
    {"Digit", "Nd"},
    {"Enclosingmark", "Me"},
    {"Finalpunctuation", "Pf"},
    {"Format", "Cf"},
    {"Initialpunctuation", "Pi"},
    {"Letter", "L"},
    {"Letternumber", "Nl"},
    {"Lineseparator", "Zl"},
    {"Lowercaseletter", "Ll"},
    {"Mark", "M"},
    {"Mathsymbol", "Sm"},
    {"Modifierletter", "Lm"},
    {"Modifiersymbol", "Sk"},
    {"Nonspacingmark", "Mn"},
    {"Number", "N"},
    {"Openpunctuation", "Ps"},
    {"Other", "C"},
    {"Otherletter", "Lo"},
    {"Othernumber", "No"},
    {"Otherpunctuation", "Po"},
    {"Othersymbol", "So"},
    {"Paragraphseparator", "Zp"},
    {"Privateuse", "Co"},
    {"Punct", "P"},
    {"Punctuation", "P"},
    {"Separator", "Z"},
    {"Spaceseparator", "Zs"},
    {"Spacingmark", "Mc"},
    {"Surrogate", "Cs"},
    {"Symbol", "S"},
    {"Titlecaseletter", "Lt"},
    {"Unassigned", "Cn"},
    {"Uppercaseletter", "Lu"},
}};

/// Without blanks, `_` and `-`; the first letter in upper case, the others in lower case.
std::string Canonical(std::string_view name) {
  std::string out;
  for (const char c : name) {
    if (c == '_' || c == '-' || c == ' ') continue;
    if (out.empty()) {
      out += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    } else {
      out += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    }
  }
  return out;
}

/// A class that RE2 has no name for, or means otherwise: the characters in it and the others, each
/// as items of a class in brackets. Surrogates are in neither, UTF-8 has none.
struct Items {
  std::string_view in;
  bool in_unassigned = false;  ///< and those that Unicode leaves unassigned
  std::string_view out;
  bool out_unassigned = false;
};

constexpr std::string_view kCharacters = R"(\p{L}\p{M}\p{N}\p{P}\p{S}\p{Z})";
constexpr std::string_view kAssigned = R"(\p{L}\p{M}\p{N}\p{P}\p{S}\p{Z}\p{Cc}\p{Cf}\p{Co})";
constexpr std::string_view kNothing = R"(\p{Cs})";

std::optional<Items> ItemsOf(std::string_view name) {
  if (name == "Any") return Items{R"(\x{0}-\x{10FFFF})", false, kNothing, false};
  if (name == "Ascii") return Items{"[:ascii:]", false, "[:^ascii:]", false};
  if (name == "Lc") {
    return Items{R"(\p{Lu}\p{Ll}\p{Lt})", false,
                 R"(\p{Lm}\p{Lo}\p{M}\p{N}\p{P}\p{S}\p{Z}\p{Cc}\p{Cf}\p{Co})", true};
  }
  if (name == "C") return Items{R"(\p{Cc}\p{Cf}\p{Co})", true, kCharacters, false};
  if (name == "Cn") return Items{"", true, kAssigned, false};
  if (name == "Assigned") return Items{kAssigned, false, "", true};
  return std::nullopt;
}

void AppendUtf8(std::uint32_t c, std::string& to) {
  const auto put = [&](std::uint32_t byte) { to += static_cast<char>(byte); };
  if (c < 0x80) return put(c);
  if (c < 0x800) {
    put(0xC0 | c >> 6U);
  } else {
    if (c < 0x10000) {
      put(0xE0 | c >> 12U);
    } else {
      put(0xF0 | c >> 18U);
      put(0x80 | (c >> 12U & 0x3FU));
    }
    put(0x80 | (c >> 6U & 0x3FU));
  }
  put(0x80 | (c & 0x3FU));
}

/// The first character of a text, in hexadecimal digits.
std::string HexOfFirst(std::string_view text) {
  const auto at = [&](std::size_t i) {
    return static_cast<std::uint32_t>(static_cast<unsigned char>(text[i]));
  };
  std::uint32_t c = at(0);
  std::size_t more = c < 0x80 ? 0 : c < 0xE0 ? 1 : c < 0xF0 ? 2 : 3;
  if (more > 0) c &= 0x3FU >> more;
  for (std::size_t i = 1; i <= more; ++i) c = c << 6U | (at(i) & 0x3FU);
  constexpr const char* kDigits = "0123456789ABCDEF";
  std::string hex;
  do {
    hex.insert(hex.begin(), kDigits[c & 15U]);
    c >>= 4U;
  } while (c > 0);
  return hex;
}

std::string_view LastCharacter(std::string_view text) {
  std::size_t at = text.size() - 1;
  while (at > 0 && (static_cast<unsigned char>(text[at]) & 0xC0U) == 0x80) --at;
  return text.substr(at);
}

/// The characters that Unicode leaves unassigned, as ranges. RE2 has no name for them, and brackets
/// in brackets it has not either; so it is asked, once, for what it has in no other class.
const std::string& UnassignedRanges() {
  static const std::string ranges = [] {
    std::string all;
    for (std::uint32_t c = 0; c <= 0x10FFFF; ++c) {
      if (c < 0xD800 || c > 0xDFFF) AppendUtf8(c, all);
    }
    const re2::RE2 run("([^" + std::string(kAssigned) + "]+)");
    re2::StringPiece rest(all);
    re2::StringPiece found;
    std::string out;
    while (re2::RE2::FindAndConsume(&rest, run, &found)) {
      const std::string_view text(found.data(), found.size());
      out += "\\x{" + HexOfFirst(text) + "}-\\x{" + HexOfFirst(LastCharacter(text)) + "}";
    }
    return out;
  }();
  return ranges;
}

std::string Write(const Items& items, bool negated, Place place) {
  const std::string_view in = negated ? items.out : items.in;
  const std::string_view out = negated ? items.in : items.out;
  const bool unassigned = negated ? items.out_unassigned : items.in_unassigned;
  if (place == Place::kInBrackets) return std::string(in) + (unassigned ? UnassignedRanges() : "");
  return unassigned ? "[^" + std::string(out) + "]" : "[" + std::string(in) + "]";
}

}  // namespace

std::optional<std::string> Re2UnicodeClass(std::string_view name, bool negated, Place place) {
  if (name.starts_with('^')) {
    negated = !negated;
    name.remove_prefix(1);
  }
  std::string canonical = Canonical(name);
  if (canonical.empty() || canonical.front() == '^') return std::nullopt;
  const auto* const alias = std::find_if(kAliases.begin(), kAliases.end(), [&](const auto& known) {
    return known.first == canonical;
  });
  if (alias != kAliases.end()) canonical = alias->second;
  if (const auto items = ItemsOf(canonical)) return Write(*items, negated, place);
  return (negated ? "\\P{" : "\\p{") + canonical + "}";
}

}  // namespace acd::sops
