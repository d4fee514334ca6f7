#include "decrypt/sops/version.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <string>

namespace acd::sops {
namespace {

bool IsNumeric(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

bool IsIdentifier(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-';
  });
}

Failure Bad(std::string what) {
  return Fail(Code::kInvalidInput, "sops.version: " + std::move(what),
              "a sops version looks like \"3.13.3\"; if it is there, put it in quotes");
}

Status CheckNumber(std::string_view text, const std::string& name) {
  if (!IsNumeric(text)) return Bad("Invalid character(s) found in " + name + " number");
  if (text.size() > 1 && text[0] == '0') {
    return Bad(name + " number must not contain leading zeroes");
  }
  std::uint64_t value = 0;
  if (std::from_chars(text.data(), text.data() + text.size(), value).ec != std::errc()) {
    return Bad("strconv.ParseUint: invalid " + name + " number");
  }
  return {};
}

/// Dot-separated identifiers after `-` or `+`.
Status CheckIdentifiers(std::string_view text, bool prerelease) {
  const std::string name = prerelease ? "prerelease" : "build meta data";
  while (true) {
    const std::size_t dot = text.find('.');
    const std::string_view part = text.substr(0, dot);
    if (part.empty()) return Bad(name + " is empty");
    if (!IsIdentifier(part)) return Bad("Invalid character(s) found in " + name);
    if (prerelease && IsNumeric(part)) ACD_CHECK(CheckNumber(part, name));
    if (dot == std::string_view::npos) return {};
    text.remove_prefix(dot + 1);
  }
}

}  // namespace

Status CheckVersion(std::string_view version) {
  if (version.starts_with("1.")) return {};
  if (version.starts_with("v")) version.remove_prefix(1);
  if (version.empty()) return Bad("Version string empty");
  const std::size_t first = version.find('.');
  const std::size_t second = first == std::string_view::npos ? first : version.find('.', first + 1);
  if (second == std::string_view::npos) return Bad("No Major.Minor.Patch elements found");
  ACD_CHECK(CheckNumber(version.substr(0, first), "major"));
  ACD_CHECK(CheckNumber(version.substr(first + 1, second - first - 1), "minor"));
  std::string_view patch = version.substr(second + 1);
  if (const std::size_t plus = patch.find('+'); plus != std::string_view::npos) {
    ACD_CHECK(CheckIdentifiers(patch.substr(plus + 1), false));
    patch = patch.substr(0, plus);
  }
  if (const std::size_t dash = patch.find('-'); dash != std::string_view::npos) {
    ACD_CHECK(CheckIdentifiers(patch.substr(dash + 1), true));
    patch = patch.substr(0, dash);
  }
  return CheckNumber(patch, "patch");
}

}  // namespace acd::sops
