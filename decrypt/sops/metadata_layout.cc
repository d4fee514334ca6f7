#include "decrypt/sops/metadata_layout.h"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "decrypt/sops/metadata.h"
#include "decrypt/sops/stores/flat_map.h"

namespace acd::sops {
namespace {

constexpr std::string_view kEntry = "sops";
constexpr std::string_view kPrefix = "sops_";

bool IsMetadata(const Entry& entry, Format format) {
  if (entry.value.Is<Comment>()) return false;
  return format == Format::kDotenv ? entry.key.starts_with(kPrefix) : entry.HasName(kEntry);
}

Failure NotFound() {
  return Fail(Code::kInvalidInput, "sops metadata not found",
              "the file is not encrypted with sops, or not in the format that was assumed");
}

/// Metadata of as many keys as may be, a dozen fields each, has no more nodes than this.
Result<Node> UnflattenMetadata(Node::Map flat, Limits limits) {
  limits.max_nodes = std::min(limits.max_nodes, 16 * limits.max_recipients + 1024);
  return Unflatten(std::move(flat), limits);
}

/// Removes the document's `sops` entry and returns its value.
Result<Node> TakeEntry(Node::Map& map, Format format) {
  const auto is_metadata = [&](const Entry& entry) { return IsMetadata(entry, format); };
  const auto count = std::count_if(map.begin(), map.end(), is_metadata);
  if (count == 0) return NotFound();
  if (count > 1) {
    return Fail(Code::kInvalidInput, "Found duplicate sops entry",
                "a merge kept the metadata of both sides: keep one version of the whole file");
  }
  const auto entry = std::find_if(map.begin(), map.end(), is_metadata);
  Node taken = std::move(entry->value);
  map.erase(entry);
  if (!taken.Is<Node::Map>()) {
    return Fail(Code::kInvalidInput, "Found sops entry that is not a mapping",
                "`sops` is where the metadata stands: a plain file with a setting of that name "
                "cannot be encrypted");
  }
  return taken;
}

/// Removes the members whose names have the prefix and returns them without it.
Node::Map TakePrefixed(Node::Map& map) {
  Node::Map taken;
  for (Entry& entry : map) {
    if (!IsMetadata(entry, Format::kDotenv)) continue;
    taken.push_back(Entry{entry.key.substr(kPrefix.size()), std::move(entry.value)});
    entry.value = Node();
  }
  std::erase_if(map, [](const Entry& entry) { return IsMetadata(entry, Format::kDotenv); });
  return taken;
}

/// An INI value has its line breaks written as a backslash and an n.
void RestoreLineBreaks(Node::Map& map) {
  for (Entry& entry : map) {
    auto* text = entry.value.As<SecretBytes>();
    if (text == nullptr) continue;
    std::string_view rest = text->ExposeText();
    SecretBytes restored;
    restored.Reserve(rest.size());
    for (std::size_t at = rest.find("\\n"); at != rest.npos; at = rest.find("\\n")) {
      restored.Append(rest.substr(0, at));
      restored.Append('\n');
      rest.remove_prefix(at + 2);
    }
    restored.Append(rest);
    *text = std::move(restored);
  }
}

bool EqualsIgnoringCase(std::string_view text, std::string_view lower) {
  return std::equal(text.begin(), text.end(), lower.begin(), lower.end(), [](char a, char b) {
    return (a >= 'A' && a <= 'Z' ? static_cast<char>(a - 'A' + 'a') : a) == b;
  });
}

bool IsFlatName(std::string_view name) {
  constexpr std::string_view kWrappedKey = "__map_enc";
  return EqualsIgnoringCase(name, "mac") || EqualsIgnoringCase(name, "lastmodified") ||
         (name.size() > kWrappedKey.size() &&
          EqualsIgnoringCase(name.substr(name.size() - kWrappedKey.size()), kWrappedKey));
}

bool HasFlatName(const Node& value) {
  const auto* map = value.As<Node::Map>();
  return map != nullptr && std::any_of(map->begin(), map->end(), [](const Entry& entry) {
           return !entry.value.Is<Comment>() && IsFlatName(entry.key);
         });
}

}  // namespace

Result<Node> TakeMetadataMap(std::vector<Node>& documents, Format format, const Limits& limits) {
  auto* first = documents.empty() ? nullptr : documents.front().As<Node::Map>();
  if (first == nullptr) return NotFound();
  if (format == Format::kDotenv) {
    Node::Map flat = TakePrefixed(*first);
    if (flat.empty()) return NotFound();
    return UnflattenMetadata(std::move(flat), limits);
  }
  ACD_TRY(Node entry, TakeEntry(*first, format));
  for (std::size_t i = 1; i < documents.size(); ++i) {
    auto* map = documents[i].As<Node::Map>();
    if (map == nullptr) continue;
    std::erase_if(*map, [&](const Entry& member) { return IsMetadata(member, format); });
  }
  if (format != Format::kIni) return entry;
  auto& flat = *entry.As<Node::Map>();
  if (flat.empty()) return NotFound();
  RestoreLineBreaks(flat);
  return UnflattenMetadata(std::move(flat), limits);
}

bool HasMetadataEntry(const Node& document, Format format) {
  const auto* map = document.As<Node::Map>();
  return map != nullptr && std::any_of(map->begin(), map->end(), [&](const Entry& entry) {
           return IsMetadata(entry, format);
         });
}

bool LooksEncrypted(const Node& document, Format format) {
  const auto* map = document.As<Node::Map>();
  return map != nullptr && std::any_of(map->begin(), map->end(), [&](const Entry& entry) {
           if (!IsMetadata(entry, format)) return false;
           if (format == Format::kDotenv) {
             return IsFlatName(std::string_view(entry.key).substr(kPrefix.size()));
           }
           return format == Format::kIni ? HasFlatName(entry.value)
                                         : LooksLikeMetadata(entry.value);
         });
}

}  // namespace acd::sops
