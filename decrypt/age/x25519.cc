#include "decrypt/age/x25519.h"

#include <sodium.h>

#include <algorithm>
#include <array>
#include <utility>

#include "decrypt/age/bech32.h"
#include "decrypt/age/kdf.h"
#include "decrypt/age/sodium.h"
#include "decrypt/base/encoding.h"

namespace acd::age {
namespace {

constexpr std::string_view kLabel = "age-encryption.org/v1/X25519";
constexpr std::size_t kPointSize = crypto_scalarmult_BYTES;

Failure BadStanza(std::string_view what) {
  return Fail(Code::kInvalidInput, std::string("header: invalid X25519 recipient: ").append(what));
}

}  // namespace

X25519Identity::X25519Identity(std::span<const std::uint8_t> secret)
    : secret_(LockedKey::CopyOf(secret)) {
  crypto_scalarmult_base(public_key_.data(), secret_.Expose().data());
  public_name_ = EncodeBech32("age", public_key_);
}

Result<std::shared_ptr<const X25519Identity>> X25519Identity::Parse(std::string_view text) {
  EnsureSodium();
  auto decoded = DecodeBech32(text);
  if (!decoded) return Fail(std::move(decoded).error().With("malformed secret key"));
  if (decoded->prefix != "AGE-SECRET-KEY-") {
    return Fail(Code::kInvalidInput, "malformed secret key: unknown type");
  }
  if (decoded->data.size() != kPointSize) {
    return Fail(Code::kInvalidInput, "malformed secret key: wrong length");
  }
  return std::shared_ptr<const X25519Identity>(new X25519Identity(decoded->data.Expose()));
}

std::optional<Result<FileKey>> X25519Identity::Unwrap(std::span<const Stanza> stanzas,
                                                      const Check& /*check*/) const {
  for (const Stanza& stanza : stanzas) {
    if (auto outcome = UnwrapOne(stanza)) return outcome;
  }
  return std::nullopt;
}

std::optional<Result<FileKey>> X25519Identity::UnwrapOne(const Stanza& stanza) const {
  if (stanza.type != kType) return std::nullopt;
  const auto argument = stanza.OnlyArgument();
  if (!argument) return BadStanza("it must have one argument");
  const auto ephemeral = DecodeBase64Unpadded(*argument);
  if (!ephemeral) return BadStanza("the ephemeral share is not base64");
  if (ephemeral->size() != kPointSize) return BadStanza("the ephemeral share has a wrong size");
  if (stanza.body.size() != kWrappedKeySize) return BadStanza("incorrect file key size");

  // "If the shared secret is all zeroes, the identity MUST abort": the share has low order.
  SecretBytes shared(kPointSize);
  if (crypto_scalarmult(shared.ExposeMutable().data(), secret_.Expose().data(),
                        ephemeral->Expose().data()) != 0) {
    return BadStanza("the ephemeral share has low order");
  }
  std::array<std::uint8_t, 2 * kPointSize> salt;
  std::copy_n(ephemeral->Expose().data(), kPointSize, salt.begin());
  std::copy_n(public_key_.begin(), kPointSize, salt.begin() + kPointSize);
  const SecretBytes wrap_key = HkdfSha256(shared.Expose(), salt, kLabel);

  // Not authentic: "the recipient is not ours".
  auto file_key = OpenFileKey(wrap_key, stanza.body.Expose());
  if (!file_key) return std::nullopt;
  return std::move(*file_key);
}

}  // namespace acd::age
