#include <array>
#include <utility>

#include "decrypt/sops/stores/store.h"

namespace acd::sops {
namespace {

constexpr std::array<std::pair<std::string_view, Format>, 5> kNames = {{
    {"yaml", Format::kYaml},
    {"json", Format::kJson},
    {"dotenv", Format::kDotenv},
    {"ini", Format::kIni},
    {"binary", Format::kBinary},
}};

constexpr std::array<std::pair<std::string_view, Format>, 5> kSuffixes = {{
    {".yaml", Format::kYaml},
    {".yml", Format::kYaml},
    {".json", Format::kJson},
    {".env", Format::kDotenv},
    {".ini", Format::kIni},
}};

}  // namespace

Format FormatForPath(std::string_view path) {
  for (const auto& [suffix, format] : kSuffixes) {
    if (path.ends_with(suffix)) return format;
  }
  return Format::kBinary;
}

std::string_view SuffixOf(Format format) {
  for (const auto& [suffix, known] : kSuffixes) {
    if (known == format) return suffix;
  }
  return {};
}

std::optional<Format> FormatFromName(std::string_view name) {
  for (const auto& [known, format] : kNames) {
    if (known == name) return format;
  }
  return std::nullopt;
}

std::string_view FormatName(Format format) {
  for (const auto& [name, known] : kNames) {
    if (known == format) return name;
  }
  return "binary";
}

}  // namespace acd::sops
