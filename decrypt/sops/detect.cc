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

/// Whether a line begins with `prefix`.
bool HasLine(std::string_view text, std::string_view prefix) {
  for (std::size_t at = text.find(prefix); at != std::string_view::npos;
       at = text.find(prefix, at + 1)) {
    if (at == 0 || text[at - 1] == '\n') return true;
  }
  return false;
}

/// Whether a line, but for its indentation, begins with the header of the metadata's section.
bool HasIniSection(std::string_view text) {
  constexpr std::string_view kHeader = "[sops]";
  for (std::size_t at = text.find(kHeader); at != std::string_view::npos;
       at = text.find(kHeader, at + 1)) {
    const std::size_t line = text.rfind('\n', at) + 1;  // npos + 1 is 0
    const std::string_view before = text.substr(line, at - line);
    // Not only white space as ini.v1 sees it: a byte order mark and no-break spaces pass too.
    if (std::none_of(before.begin(), before.end(), [](char c) { return c > ' ' && c < '\x7f'; })) {
      return true;
    }
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
  return Contains(text, kEncPrefix);
}

}  // namespace

std::optional<Result<std::vector<Node>>> ReadIfEncrypted(std::span<const std::uint8_t> content,
                                                         Format format, const Limits& limits) {
  const std::string_view text = AsText(content);
  if (!HasMarkers(text, format)) return std::nullopt;
  auto documents = ReadStore(format, content, limits);
  const bool encrypted =
      documents ? IsEncryptedTree(*documents, format) : CountsUnread(text, format);
  if (!encrypted) return std::nullopt;
  return documents;
}

}  // namespace acd::sops
