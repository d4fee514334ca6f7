#include "decrypt/age/ssh_ed25519.h"

#include <sodium.h>

#include <algorithm>
#include <utility>

#include "decrypt/age/kdf.h"
#include "decrypt/age/sodium.h"
#include "decrypt/age/ssh_wire.h"
#include "decrypt/base/encoding.h"

namespace acd::age {
namespace {

constexpr std::string_view kLabel = "age-encryption.org/v1/ssh-ed25519";
constexpr std::size_t kPointSize = crypto_scalarmult_BYTES;

Failure BadStanza(std::string_view what) {
  return Fail(Code::kInvalidInput,
              std::string("header: invalid ssh-ed25519 recipient: ").append(what));
}

}  // namespace

SshEd25519Identity::SshEd25519Identity(std::span<const std::uint8_t> scalar, std::string wire)
    : secret_(LockedKey::CopyOf(scalar)),
      wire_(std::move(wire)),
      tag_(SshKeyTag(wire_)),
      tweak_(HkdfSha256({}, AsBytes(wire_), kLabel)),
      public_name_(SshPublicName(kType, wire_)) {
  crypto_scalarmult_base(public_key_.data(), secret_.Expose().data());
}

std::shared_ptr<const SshEd25519Identity> SshEd25519Identity::FromSeed(
    std::span<const std::uint8_t> seed) {
  EnsureSodium();
  std::array<std::uint8_t, crypto_sign_PUBLICKEYBYTES> verifying_key;
  SecretBytes signing_key(crypto_sign_SECRETKEYBYTES);
  crypto_sign_seed_keypair(verifying_key.data(), signing_key.ExposeMutable().data(), seed.data());
  std::string wire;
  AppendSshString(AsBytes(kType), wire);
  AppendSshString(verifying_key, wire);
  // The scalar that Ed25519 itself signs with; X25519 clamps it in the same way.
  SecretBytes hash(crypto_hash_sha512_BYTES);
  crypto_hash_sha512(hash.ExposeMutable().data(), seed.data(), seed.size());
  return std::shared_ptr<const SshEd25519Identity>(
      new SshEd25519Identity(hash.Expose().first(crypto_scalarmult_SCALARBYTES), std::move(wire)));
}

bool SshEd25519Identity::HasPublicKey(std::span<const std::uint8_t> public_key) const {
  std::string wire;
  AppendSshString(AsBytes(kType), wire);
  AppendSshString(public_key, wire);
  return wire == wire_;
}

std::optional<Result<FileKey>> SshEd25519Identity::Unwrap(std::span<const Stanza> stanzas,
                                                          const Check& /*check*/) const {
  for (const Stanza& stanza : stanzas) {
    if (auto outcome = UnwrapOne(stanza)) return outcome;
  }
  return std::nullopt;
}

std::optional<Result<FileKey>> SshEd25519Identity::UnwrapOne(const Stanza& stanza) const {
  if (stanza.type != kType) return std::nullopt;
  const auto arguments = stanza.TwoArguments();
  if (!arguments) return BadStanza("it must have two arguments");
  const auto ephemeral = DecodeBase64Unpadded(arguments->second);
  if (!ephemeral) return BadStanza("the ephemeral share is not base64");
  if (ephemeral->size() != kPointSize) return BadStanza("the ephemeral share has a wrong size");
  if (arguments->first != tag_) return std::nullopt;
  if (stanza.body.size() != kWrappedKeySize) return BadStanza("incorrect file key size");

  SecretBytes shared(kPointSize);
  SecretBytes tweaked(kPointSize);
  if (crypto_scalarmult(shared.ExposeMutable().data(), secret_.Expose().data(),
                        ephemeral->Expose().data()) != 0 ||
      crypto_scalarmult(tweaked.ExposeMutable().data(), tweak_.Expose().data(),
                        shared.Expose().data()) != 0) {
    return BadStanza("the ephemeral share has low order");
  }
  std::array<std::uint8_t, 2 * kPointSize> salt;
  std::copy_n(ephemeral->Expose().data(), kPointSize, salt.begin());
  std::copy_n(public_key_.begin(), kPointSize, salt.begin() + kPointSize);
  auto file_key = OpenFileKey(HkdfSha256(tweaked.Expose(), salt, kLabel), stanza.body.Expose());
  // The tag says that it is for this key, so it was damaged.
  if (!file_key) return BadStanza("failed to decrypt the file key");
  return std::move(*file_key);
}

}  // namespace acd::age
