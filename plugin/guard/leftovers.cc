#include "plugin/guard/leftovers.h"

#include <algorithm>

namespace acd::guard {
namespace {

constexpr std::string_view kMarker = "ENC[AES256_GCM,";
constexpr std::string_view kEmbedded = "ENC[AES256_GCM,data:";
constexpr std::string_view kMarkerBase64 = "RU5DW0FFUzI1Nl9HQ00s";
constexpr std::size_t kMaxFieldName = 80;

bool StartsWith(std::string_view text, std::string_view prefix) {
  return text.substr(0, prefix.size()) == prefix;
}

std::string Prepend(const std::string& name, const std::string& rest) {
  if (rest.empty() || rest[0] == '[') return name + rest;
  return name + "." + rest;
}

}  // namespace

bool HoldsCiphertext(std::string_view text) {
  if (text.size() < kMarker.size()) return false;
  const std::size_t begin = text.find_first_not_of(" \t\r\n");
  if (begin == std::string_view::npos) return false;
  const std::string_view trimmed = text.substr(begin);
  return StartsWith(trimmed, kMarker) || StartsWith(trimmed, kMarkerBase64) ||
         trimmed.find(kEmbedded) != std::string_view::npos;
}

std::string FieldName(std::string_view key) {
  const bool plain = !key.empty() && std::all_of(key.begin(), key.end(),
                                                 [](char c) { return c > ' ' && c < 0x7f; });
  if (!plain || HoldsCiphertext(key)) return "(a key)";
  if (key.size() <= kMaxFieldName) return std::string(key);
  return std::string(key.substr(0, kMaxFieldName)) + "...";
}

std::optional<std::string> FindCiphertext(const yaml::Node& node) {
  if (node.kind == yaml::Node::Kind::kScalar) {
    if (HoldsCiphertext(node.text.ExposeText())) return std::string();
    return std::nullopt;
  }
  for (std::size_t i = 0; i < node.items.size(); ++i) {
    if (auto path = FindCiphertext(node.items[i])) {
      return Prepend("[" + std::to_string(i) + "]", *path);
    }
  }
  for (const auto& [key, value] : node.members) {
    if (FindCiphertext(key)) return std::string("(a key)");
    if (auto path = FindCiphertext(value)) {
      return Prepend(FieldName(key.text.ExposeText()), *path);
    }
  }
  return std::nullopt;
}

}  // namespace acd::guard
