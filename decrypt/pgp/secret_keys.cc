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

/// Goes through the packets of a block and keeps what belongs to secret keys.
class BlockReader {
 public:
  BlockReader(std::string where, SecretKeys& out)
      : where_(std::move(where)), out_(out), warned_(out.warnings.size()) {}

  void Read(std::span<const std::uint8_t> packets) {
    bool more = true;
    while (more && !packets.empty()) {
      const auto packet = NextPacket(packets);
      more = packet ? Take(*packet) : Malformed();
    }
    EndKey();
    if (any_key_ || out_.warnings.size() > warned_) return;
    Warn(any_public_ ? "a public key, not a secret one" : "there is no secret key in it");
  }

 private:
  /// False: the rest is not to be read.
  bool Take(const Packet& packet) {
    if (packet.tag == kPublicKeyTag) {  // up to the next secret key, nothing is ours
      EndKey();
      any_public_ = true;
    }
    const bool is_primary = packet.tag == kSecretKeyTag;
    if (is_primary || packet.tag == kSecretSubkeyTag) {
      const auto part = ReadKeyPacket(packet.body);
      if (!part) return Malformed();
      if (is_primary && !BeginKey(*part)) return false;
      if (key_) key_->Add(*part);
    }
    if (key_) out_.packets.Append(packet.whole);
    return true;
  }

  bool BeginKey(const KeyPacket& part) {
    EndKey();
    any_key_ = true;
    if (out_.fingerprints.size() >= kMaxKeys) return Warn("too many keys, the rest is ignored");
    key_ = Key{part.public_part.empty() ? std::string() : Fingerprint(part.public_part)};
    return true;
  }

  void EndKey() {
    if (key_) Finish(*key_, where_, out_);
    key_.reset();
  }

  bool Malformed() { return Warn("malformed PGP packet"); }
  bool Warn(std::string_view what) {
    out_.warnings.push_back(where_ + std::string(what));
    return false;
  }

  std::string where_;
  SecretKeys& out_;
  std::size_t warned_;
  std::optional<Key> key_;
  bool any_key_ = false;
  bool any_public_ = false;
};

}  // namespace

SecretKeys ReadSecretKeys(std::string_view text) {
  SecretKeys out;
  Blocks found = ReadBlocks(text);
  for (const Block& block : found.blocks) {
    BlockReader(Where(block), out).Read(block.packets.Expose());
  }
  out.warnings.insert(out.warnings.end(), std::make_move_iterator(found.warnings.begin()),
                      std::make_move_iterator(found.warnings.end()));
  return out;
}

}  // namespace acd::pgp
