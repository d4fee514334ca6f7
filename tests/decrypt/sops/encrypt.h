#pragma once

#include <openssl/evp.h>

#include <cstdint>
#include <numeric>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "decrypt/base/encoding.h"
#include "decrypt/base/secret_bytes.h"
#include "decrypt/keys/key_service.h"
#include "decrypt/sops/tree.h"

namespace acd::sops::testing {

/// 00 01 02 ... of the given size: the key of the vectors.
inline SecretBytes CountingKey(std::size_t size = 32) {
  SecretBytes key(size);
  const auto bytes = key.ExposeMutable();
  std::iota(bytes.begin(), bytes.end(), std::uint8_t{0});
  return key;
}

/// What sops would store for a value, with an IV of 20 21 22 ... (never do this with real keys).
inline std::string Encrypt(std::string_view plain, std::string_view type, std::string_view aad,
                           const SecretBytes& key, std::size_t iv_size = 32) {
  std::vector<std::uint8_t> iv(iv_size);
  std::iota(iv.begin(), iv.end(), std::uint8_t{0x20});
  std::vector<std::uint8_t> out(plain.size() + 16), tag(16);
  const EVP_CIPHER* cipher = key.size() == 16   ? EVP_aes_128_gcm()
                             : key.size() == 24 ? EVP_aes_192_gcm()
                                                : EVP_aes_256_gcm();
  EVP_CIPHER_CTX* context = EVP_CIPHER_CTX_new();
  int size = 0;
  EVP_EncryptInit_ex(context, cipher, nullptr, nullptr, nullptr);
  EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_IVLEN, static_cast<int>(iv_size), nullptr);
  EVP_EncryptInit_ex(context, nullptr, nullptr, key.Expose().data(), iv.data());
  EVP_EncryptUpdate(context, nullptr, &size, reinterpret_cast<const unsigned char*>(aad.data()),
                    static_cast<int>(aad.size()));
  EVP_EncryptUpdate(context, out.data(), &size,
                    reinterpret_cast<const unsigned char*>(plain.data()),
                    static_cast<int>(plain.size()));
  EVP_EncryptFinal_ex(context, out.data() + size, &size);
  EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, 16, tag.data());
  EVP_CIPHER_CTX_free(context);
  out.resize(plain.size());
  const auto base64 = [](const std::vector<std::uint8_t>& bytes) {
    return std::string(EncodeBase64(bytes).ExposeText());
  };
  return "ENC[AES256_GCM,data:" + base64(out) + ",iv:" + base64(iv) + ",tag:" + base64(tag) +
         ",type:" + std::string(type) + "]";
}

inline Node Text(std::string_view text) { return Node(SecretBytes::CopyOf(text)); }
inline Node Remark(std::string_view text) { return Node(Comment{SecretBytes::CopyOf(text)}); }

/// `Map("a", Text("x"), "b", Node(true))`; a comment goes under the key "".
inline void AddMembers(Node::Map&) {}
template <typename... Rest>
void AddMembers(Node::Map& map, std::string key, Node value, Rest... rest) {
  map.push_back(Entry{std::move(key), std::move(value)});
  AddMembers(map, std::move(rest)...);
}
template <typename... Pairs>
Node Map(Pairs... pairs) {
  Node::Map map;
  AddMembers(map, std::move(pairs)...);
  return Node(std::move(map));
}
template <typename... Items>
Node List(Items... items) {
  Node::List list;
  (list.push_back(std::move(items)), ...);
  return Node(std::move(list));
}
template <typename... Items>
std::vector<Node> Documents(Items... items) {
  std::vector<Node> out;
  (out.push_back(std::move(items)), ...);
  return out;
}

/// A tree as one readable line: {a: "x", # comment, b: [1, null]}.
inline std::string Show(const Node& node) {
  std::string out;
  if (const auto* text = node.As<SecretBytes>()) {
    return '"' + std::string(text->ExposeText()) + '"';
  }
  if (const auto* flag = node.As<bool>()) return *flag ? "true" : "false";
  if (const auto* number = node.As<std::int64_t>()) return std::to_string(*number);
  if (const auto* number = node.As<double>()) return std::to_string(*number);
  if (const auto* time = node.As<Timestamp>()) return time->rfc3339;
  if (const auto* comment = node.As<Comment>()) {
    return (comment->is_inline ? "## " : "# ") + std::string(comment->text.ExposeText());
  }
  if (const auto* list = node.As<Node::List>()) {
    for (const Node& item : *list) out += (out.empty() ? "" : ", ") + Show(item);
    return "[" + out + "]";
  }
  if (const auto* map = node.As<Node::Map>()) {
    for (const Entry& entry : *map) {
      const bool comment = entry.value.Is<Comment>() && entry.key.empty();
      out += (out.empty() ? "" : ", ") + (comment ? "" : entry.key + ": ") + Show(entry.value);
    }
    return "{" + out + "}";
  }
  return node.Is<Node::Null>() ? "null" : "?";
}

/// Opens keys by what they are called: `encrypted` is the name of an error, or else the key itself.
/// Keeps the order in which it was asked.
class FakeKeyService : public keys::KeyService {
 public:
  Result<SecretBytes> Unwrap(const keys::WrappedKey& key, const keys::Requester&) override {
    asked.push_back(key.name);
    if (key.encrypted == "no match") {
      return Fail(Code::kNoMatchingKey, "identity did not match any of the recipients");
    }
    if (key.encrypted == "unsupported") {
      return Fail(Code::kUnsupported, std::string(keys::TypeName(key.type)) + " is not supported");
    }
    if (key.encrypted == "no room") return Fail(Code::kNoRoom, "too many open files", "try later");
    if (key.encrypted == "cancelled") return Fail(Code::kCancelled, "cancelled");
    if (key.encrypted == "broken") return Fail(Code::kInvalidInput, "invalid armor: first line");
    return SecretBytes::CopyOf(key.encrypted);
  }
  std::vector<std::string> PublicNames(const keys::Requester&) override { return names; }

  std::vector<std::string> names;
  std::vector<std::string> asked;
};

}  // namespace acd::sops::testing
