#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "decrypt/sops/go_number.h"
#include "decrypt/sops/mac.h"
#include "decrypt/sops/stores/store.h"
#include "tests/decrypt/sops/encrypt.h"
#include "tests/fuzz/claim.h"

namespace acd::fuzz {

/// Feeds every leaf of the documents to a MAC, in order: what the output must still hash to.
inline void HashLeaves(const sops::Node& node, sops::MacHash& mac) {
  if (const auto* list = node.As<sops::Node::List>()) {
    for (const sops::Node& item : *list) HashLeaves(item, mac);
  } else if (const auto* map = node.As<sops::Node::Map>()) {
    for (const sops::Entry& entry : *map) HashLeaves(entry.value, mac);
  } else {
    mac.Add(node);
  }
}

inline SecretBytes HashOf(const std::vector<sops::Node>& documents) {
  sops::MacHash mac(false);
  for (const sops::Node& document : documents) HashLeaves(document, mac);
  return mac.Finish();
}

/// Encrypts a tree as sops does, with a fixed key that FakeKeyService opens: every leaf but those
/// below a key that ends in `_unencrypted`.
class Sealer {
 public:
  static constexpr std::string_view kKey = "0123456789abcdef0123456789ABCDEF";
  static constexpr std::string_view kTime = "2024-01-02T03:04:05Z";

  std::string Seal(std::vector<sops::Node> documents, sops::Format format) {
    const SecretBytes hash = HashOf(documents);
    for (sops::Node& document : documents) SealMap(*document.As<sops::Node::Map>(), "", true);
    using sops::testing::List, sops::testing::Map, sops::testing::Text;
    sops::Node metadata = Map(
        "age", List(Map("recipient", Text("age1x"), "enc", Text(kKey))), "lastmodified",
        Text(kTime), "mac", Text(Enc(hash.ExposeText(), "str", kTime)), "version", Text("3.13.3"));
    documents.front().As<sops::Node::Map>()->push_back({"sops", std::move(metadata)});
    const auto text = sops::WriteStore(format, documents, {});
    Claim(text.has_value(), "an encrypted tree can be printed");
    return std::string(text->ExposeText());
  }

 private:
  std::string Enc(std::string_view plain, std::string_view type, std::string_view aad) const {
    return sops::testing::Encrypt(plain, type, aad, key_);
  }

  void SealMap(sops::Node::Map& map, const std::string& path, bool encrypted) {
    for (sops::Entry& entry : map) {
      const bool comment = entry.value.Is<sops::Comment>();
      SealNode(entry.value, comment ? path : path + entry.key + ":",
               encrypted && !(entry.key.ends_with("_unencrypted") && !comment));
    }
  }

  void SealNode(sops::Node& node, const std::string& path, bool encrypted) {
    using sops::testing::Text;
    if (auto* map = node.As<sops::Node::Map>()) return SealMap(*map, path, encrypted);
    if (auto* list = node.As<sops::Node::List>()) {
      for (sops::Node& item : *list) SealNode(item, path, encrypted);
    } else if (!encrypted) {
      return;
    } else if (const auto* text = node.As<SecretBytes>()) {
      if (!text->empty()) node = Text(Enc(text->ExposeText(), "str", path));
    } else if (const auto* flag = node.As<bool>()) {
      node = Text(Enc(*flag ? "True" : "False", "bool", path));
    } else if (const auto* integer = node.As<std::int64_t>()) {
      node = Text(Enc(std::to_string(*integer), "int", path));
    } else if (const auto* real = node.As<double>()) {
      node = Text(Enc(sops::FormatGoFloat(*real).ExposeText(), "float", path));
    } else if (const auto* comment = node.As<sops::Comment>()) {
      const std::string sealed =
          Enc(comment->text.ExposeText(), "comment", path.empty() ? ":" : path);
      node = sops::Node(sops::Comment{SecretBytes::CopyOf(sealed)});
    }
  }

  const SecretBytes key_ = SecretBytes::CopyOf(kKey);
};

}  // namespace acd::fuzz
