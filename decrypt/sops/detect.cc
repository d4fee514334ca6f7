#include "decrypt/sops/detect.h"

#include <algorithm>
#include <string_view>
#include <vector>

#include "decrypt/base/secret_bytes.h"
#include "decrypt/sops/metadata_layout.h"
#include "decrypt/sops/tree.h"

namespace acd::sops {
namespace {

constexpr std::string_view kEncPrefix = "ENC[AES256_GCM,";
constexpr std::string_view kUtf16Enc("E\0N\0C\0[", 7);  // of either byte order

bool Contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

/// For words of metadata, whose names match in any case.
bool ContainsIgnoringCase(std::string_view text, std::string_view lower) {
  const auto equal = [](char a, char b) {
    return (a >= 'A' && a <= 'Z' ? static_cast<char>(a - 'A' + 'a') : a) == b;
  };
  return std::search(text.begin(), text.end(), lower.begin(), lower.end(), equal) != text.end();
}

/// UTF-16 YAML hides the marker texts; files of that kind are rare enough to be parsed.
bool IsUtf16(std::string_view text) {
  return text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF");
}

/// Whether a line begins with `prefix`, and after that with one of `next` (empty: with anything).
bool HasLine(std::string_view text, std::string_view prefix, std::string_view next = {}) {
  for (std::size_t at = text.find(prefix); at != std::string_view::npos;
       at = text.find(prefix, at + 1)) {
    const std::size_t end = at + prefix.size();
    const bool starts_line = at == 0 || text[at - 1] == '\n';
    const char after = end < text.size() ? text[end] : '\n';
    if (starts_line && (next.empty() || next.find(after) != std::string_view::npos)) return true;
  }
  return false;
}

/// Whether a line, but for its indentation, begins with the header of the metadata's section.
bool HasIniSection(std::string_view text) {
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    // Not only white space as ini.v1 sees it: a byte order mark and no-break spaces pass too.
    const auto* const first =
        std::find_if(line.begin(), line.end(), [](char c) { return c > ' ' && c < '\x7f'; });
    if (line.substr(static_cast<std::size_t>(first - line.begin())).starts_with("[sops]")) {
      return true;
    }
    text.remove_prefix(std::min(text.size(), line.size() + 1));
  }
  return false;
}

bool HasEncryptedLeaf(const Node& node) {
  if (const auto* text = node.As<SecretBytes>()) return text->ExposeText().starts_with(kEncPrefix);
  if (const auto* list = node.As<Node::List>()) {
    return std::any_of(list->begin(), list->end(), HasEncryptedLeaf);
  }
  const auto* map = node.As<Node::Map>();
  return map != nullptr && std::any_of(map->begin(), map->end(), [](const Entry& entry) {
           return HasEncryptedLeaf(entry.value);
         });
}

bool IsEncryptedTree(const std::vector<Node>& documents, Format format) {
  if (documents.empty() || !HasMetadataEntry(documents.front(), format)) return false;
  return LooksEncrypted(documents.front(), format) ||
         std::any_of(documents.begin(), documents.end(), HasEncryptedLeaf);
}

/// Whether the text could be a SOPS document at all: files without the markers need no parsing.
bool HasMarkers(std::string_view text, Format format) {
  if (format == Format::kYaml && IsUtf16(text)) return true;
  return Contains(text, "sops") &&
         (Contains(text, kEncPrefix) || ContainsIgnoringCase(text, "lastmodified") ||
          ContainsIgnoringCase(text, "mac") || ContainsIgnoringCase(text, "enc"));
}

/// Whether a text with the markers counts as a SOPS document when no tree could be made of it.
bool CountsUnread(std::string_view text, Format format) {
  switch (format) {
    case Format::kDotenv:
      return HasLine(text, "sops_mac=") || HasLine(text, "sops_lastmodified=") ||
             (HasLine(text, "sops_") && Contains(text, kEncPrefix));
    case Format::kIni:
      return HasIniSection(text);
    case Format::kBinary:
      // It is any file: only one that begins as JSON can be an encrypted one.
      return text.find_first_not_of(" \t\r\n") == text.find('{') && Contains(text, kEncPrefix);
    case Format::kYaml:
    case Format::kJson:
      break;
  }
  return Contains(text, kEncPrefix) || (IsUtf16(text) && Contains(text, kUtf16Enc));
}

/// Whether it is a SOPS document, but of another format than its name says. Read as what it is
/// called it would pass for plain.
bool IsOfAnotherFormat(std::string_view text, Format format) {
  if (format == Format::kBinary || !Contains(text, kEncPrefix)) return false;
  const auto found = FormatByContent(text);
  const bool json_is_yaml = format == Format::kYaml && found == Format::kJson;
  return found && *found != format && !json_is_yaml;
}

}  // namespace

std::optional<Format> FormatByContent(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  if (first != std::string_view::npos && text[first] == '{') {
    if (!Contains(text, "\"sops\"")) return std::nullopt;
    return Format::kJson;
  }
  if (HasLine(text, "sops:", " \r\n")) return Format::kYaml;
  if (HasLine(text, "[sops]", "\r\n")) return Format::kIni;
  if (HasLine(text, "sops_mac=") || HasLine(text, "sops_version=")) return Format::kDotenv;
  return std::nullopt;
}

std::optional<Result<std::vector<Node>>> ReadIfEncrypted(const Content& content, Format format,
                                                         const Limits& limits, SecretBytes* kept) {
  const std::string_view text = AsText(content.bytes());
  if (!HasMarkers(text, format)) return std::nullopt;
  auto documents = ReadStore(format, content, limits, kept);
  const bool encrypted =
      (documents ? IsEncryptedTree(*documents, format) : CountsUnread(text, format)) ||
      IsOfAnotherFormat(text, format);
  if (!encrypted) return std::nullopt;
  return documents;
}

}  // namespace acd::sops
