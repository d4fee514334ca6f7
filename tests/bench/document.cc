#include "tests/bench/document.h"

#include <cstdint>
#include <cstdlib>

#include "decrypt/age/age.h"
#include "decrypt/age/identity_file.h"
#include "decrypt/base/encoding.h"
#include "decrypt/sops/enc_value.h"
#include "decrypt/sops/mac.h"
#include "tests/decrypt/sops/encrypt.h"

namespace acd::bench {
namespace {

constexpr std::string_view kTime = "2026-11-22T06:41:10Z";

SecretBytes DataKey() {
  const auto keys = age::ParseIdentityFile(kIdentity, age::KeyLayout::kOnePerLine);
  auto key = age::Decrypt(AsBytes(kWrappedKey), keys.identities, Limits());
  if (!key) std::abort();
  return std::move(*key);
}

std::string Decoded(std::string_view text) {
  const auto bytes = DecodeBase64Go(text);
  if (!bytes) std::abort();
  return std::string(bytes->ExposeText());
}

/// Seals a value and gives its text.
std::string Seal(Value& value, const SecretBytes& key) {
  std::string text = sops::testing::Encrypt(value.plain, "str", value.aad, key);
  const auto parts = sops::ParseEncText(text);
  value.iv = Decoded(parts->iv);
  value.sealed = Decoded(parts->data) + Decoded(parts->tag);
  return text;
}

std::string Indented(std::string_view block) {
  std::string out;
  while (!block.empty()) {
    const std::size_t end = block.find('\n') + 1;
    out.append("            ").append(block.substr(0, end));
    block.remove_prefix(end);
  }
  return out;
}

/// Printable, and different for each value.
std::string Plain(std::size_t number, std::size_t size) {
  std::string out = "value " + std::to_string(number) + " ";
  std::uint32_t state = static_cast<std::uint32_t>(number) + 1;
  while (out.size() < size) {
    state = state * 1664525U + 1013904223U;
    out += static_cast<char>('a' + (state >> 24U) % 26);
  }
  out.resize(size);
  return out;
}

}  // namespace

Document MakeDocument(std::size_t count, std::size_t size) {
  const SecretBytes key = DataKey();
  Document out;
  sops::MacHash mac(false);
  for (std::size_t i = 0; i < count; ++i) {
    Value& value = out.values.emplace_back();
    const std::string name = "key_" + std::to_string(i);
    value.aad = name + ":";
    value.plain = Plain(i, size);
    mac.Add(sops::testing::Text(value.plain));
    out.yaml += name + ": " + Seal(value, key) + "\n";
  }
  out.mac.aad = kTime;
  out.mac.plain = mac.Finish().ExposeText();
  const std::string sealed_mac = Seal(out.mac, key);
  out.yaml +=
      "sops:\n    age:\n        - enc: |\n" + Indented(kWrappedKey) +
      "          recipient: age1xpc2jrnwzmuxcu35u2suq4wzyvmud7s6hs9r7wrh0h9mgaupzfespq8av2\n" +
      "    lastmodified: \"" + std::string(kTime) + "\"\n    mac: " + sealed_mac +
      "\n    unencrypted_suffix: _unencrypted\n    version: 3.13.3\n";
  return out;
}

}  // namespace acd::bench
