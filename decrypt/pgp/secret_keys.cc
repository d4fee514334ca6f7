#include "decrypt/pgp/secret_keys.h"

#include <openssl/evp.h>

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>

#include "decrypt/base/openssl.h"
#include "decrypt/pgp/armor.h"
#include "decrypt/pgp/packet.h"

namespace acd::pgp {
namespace {

constexpr std::size_t kMaxKeys = 1000;

/// RFC 4880, section 12.2. SHA-1 names the key here and protects nothing.
std::string Fingerprint(std::span<const std::uint8_t> public_part) {
  Sha256();  // starts libcrypto without its configuration
  const std::array<std::uint8_t, 3> prefix = {0x99,
                                              static_cast<std::uint8_t>(public_part.size() >> 8U),
                                              static_cast<std::uint8_t>(public_part.size())};
  std::array<std::uint8_t, EVP_MAX_MD_SIZE> digest = {};
  unsigned size = 0;
  const DigestContext context(EVP_MD_CTX_new());
  if (!context || EVP_DigestInit_ex(context.get(), EVP_sha1(), nullptr) != 1 ||
      EVP_DigestUpdate(context.get(), prefix.data(), prefix.size()) != 1 ||
      EVP_DigestUpdate(context.get(), public_part.data(), public_part.size()) != 1 ||
      EVP_DigestFinal_ex(context.get(), digest.data(), &size) != 1) {
    return {};
  }
  constexpr const char* kDigits = "0123456789ABCDEF";
  std::string text;
  for (unsigned i = 0; i < size; ++i) {
    text += kDigits[digest[i] >> 4U];
    text += kDigits[digest[i] & 15U];
  }
  return text;
}

/// One primary key with its subkeys, as the packets come.
struct Key {
  std::string fingerprint;
  bool has_open_part = false;
  bool has_protected_part = false;

  void Add(const KeyPacket& part) {
    has_open_part = has_open_part || part.protection == Protection::kNone ||
                    part.protection == Protection::kUnknown;
    has_protected_part = has_protected_part || part.protection == Protection::kPassphrase;
  }
};

/// What is known of a finished key: a name, or what is wrong with it.
void Finish(const Key& key, const std::string& where, SecretKeys& out) {
  const std::string name = key.fingerprint.empty() ? "(unknown version)" : key.fingerprint;
  if (key.has_open_part) {
    out.fingerprints.push_back(name);
  } else if (key.has_protected_part) {
    out.warnings.push_back(where + "secret key " + name +
                           " is protected by a passphrase; mount a copy without one");
  } else {
    out.warnings.push_back(where + "key " + name + " has no secret part, only references to one");
  }
}

std::string Where(const Block& block) {
  return block.line == 0 ? std::string() : "line " + std::to_string(block.line) + ": ";
}

/// Reads a block's packets up to the first that is malformed.
void ReadBlock(const Block& block, SecretKeys& out) {
  const std::string where = Where(block);
  std::span<const std::uint8_t> rest = block.packets.Expose();
  std::optional<Key> key;
  while (!rest.empty()) {
    const auto packet = NextPacket(rest);
    const bool is_primary = packet && packet->tag == kSecretKeyTag;
    const bool is_key = is_primary || (packet && packet->tag == kSecretSubkeyTag);
    const auto part = is_key ? ReadKeyPacket(packet->body) : std::nullopt;
    if (!packet || (is_key && !part)) {
      out.warnings.push_back(where + "malformed PGP packet");
      break;
    }
    if (is_primary) {
      if (key) Finish(*key, where, out);
      if (out.fingerprints.size() >= kMaxKeys) {
        out.warnings.push_back(where + "too many keys, the rest is ignored");
        return;
      }
      key = Key{part->public_part.empty() ? std::string() : Fingerprint(part->public_part)};
    }
    if (!key) {
      out.warnings.push_back(where + (packet->tag == 6 ? "a public key, not a secret one"
                                                       : "does not begin with a secret key"));
      return;
    }
    if (is_key) key->Add(*part);
    out.packets.Append(packet->whole);
  }
  if (key) Finish(*key, where, out);
}

}  // namespace

SecretKeys ReadSecretKeys(std::string_view text) {
  SecretKeys out;
  Blocks found = ReadBlocks(text);
  for (const Block& block : found.blocks) ReadBlock(block, out);
  out.warnings.insert(out.warnings.end(), std::make_move_iterator(found.warnings.begin()),
                      std::make_move_iterator(found.warnings.end()));
  return out;
}

}  // namespace acd::pgp
