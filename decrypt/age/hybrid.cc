#include "decrypt/age/hybrid.h"

#include <openssl/evp.h>
#include <sodium.h>

#include <new>
#include <utility>
#include <vector>

#include "decrypt/age/bech32.h"
#include "decrypt/age/hpke.h"
#include "decrypt/age/kdf.h"
#include "decrypt/age/sodium.h"
#include "decrypt/base/encoding.h"
#include "decrypt/base/openssl.h"

namespace acd::age {
namespace {

constexpr std::string_view kInfo = "age-encryption.org/mlkem768x25519";
constexpr std::uint16_t kKemId = 0x647a;
constexpr std::string_view kKemLabel = "\\.//^\\";  // a drawing of an X-wing fighter
constexpr std::size_t kSeedSize = 32;
constexpr std::size_t kPointSize = crypto_scalarmult_BYTES;
constexpr std::size_t kEncapsulationSize = MlKem768::kCiphertextSize + kPointSize;

Failure BadStanza(std::string_view what) {
  return Fail(Code::kInvalidInput,
              std::string("header: invalid mlkem768x25519 recipient: ").append(what));
}

// SHAKE256 or SHA3-256, which libsodium lacks.
SecretBytes Digest(const char* name, const SecretBytes& input, std::size_t size) {
  const QuietOpenSsl quiet;
  const std::unique_ptr<EVP_MD, void (*)(EVP_MD*)> digest(EVP_MD_fetch(nullptr, name, nullptr),
                                                          EVP_MD_free);
  const DigestContext context(EVP_MD_CTX_new());
  SecretBytes out(size);
  if (!digest || !context || EVP_DigestInit_ex2(context.get(), digest.get(), nullptr) != 1 ||
      EVP_DigestUpdate(context.get(), input.Expose().data(), input.size()) != 1) {
    throw std::bad_alloc();  // nothing else can go wrong
  }
  const bool extendable = (EVP_MD_get_flags(digest.get()) & EVP_MD_FLAG_XOF) != 0;
  const int done = extendable
                       ? EVP_DigestFinalXOF(context.get(), out.ExposeMutable().data(), size)
                       : EVP_DigestFinal_ex(context.get(), out.ExposeMutable().data(), nullptr);
  if (done != 1) throw std::bad_alloc();
  return out;
}

}  // namespace

HybridIdentity::HybridIdentity(MlKem768 kem, std::span<const std::uint8_t> scalar)
    : kem_(std::move(kem)), secret_(LockedKey::CopyOf(scalar)) {
  crypto_scalarmult_base(public_key_.data(), secret_.Expose().data());
  std::vector<std::uint8_t> recipient = kem_.public_key();
  recipient.insert(recipient.end(), public_key_.begin(), public_key_.end());
  public_name_ = EncodeBech32("age1pq", recipient);
}

Result<std::shared_ptr<const HybridIdentity>> HybridIdentity::Parse(std::string_view text) {
  EnsureSodium();
  auto decoded = DecodeBech32(text);
  if (!decoded) return Fail(std::move(decoded).error().With("malformed secret key"));
  if (decoded->prefix != "AGE-SECRET-KEY-PQ-") {
    return Fail(Code::kInvalidInput, "malformed secret key: unknown type");
  }
  if (decoded->data.size() != kSeedSize) {
    return Fail(Code::kInvalidInput, "malformed secret key: wrong length");
  }
  const SecretBytes expanded =
      Digest("SHAKE256", decoded->data, MlKem768::kSeedSize + crypto_scalarmult_SCALARBYTES);
  ACD_TRY(MlKem768 kem, MlKem768::FromSeed(expanded.Expose().first(MlKem768::kSeedSize)));
  return std::shared_ptr<const HybridIdentity>(
      new HybridIdentity(std::move(kem), expanded.Expose().subspan(MlKem768::kSeedSize)));
}

std::optional<Result<FileKey>> HybridIdentity::Unwrap(std::span<const Stanza> stanzas,
                                                      const Check& /*check*/) const {
  for (const Stanza& stanza : stanzas) {
    if (auto outcome = UnwrapOne(stanza)) return outcome;
  }
  return std::nullopt;
}

std::optional<Result<FileKey>> HybridIdentity::UnwrapOne(const Stanza& stanza) const {
  if (stanza.type != kType) return std::nullopt;
  const auto argument = stanza.OnlyArgument();
  if (!argument) return BadStanza("it must have one argument");
  const auto encapsulation = DecodeBase64Unpadded(*argument);
  if (!encapsulation) return BadStanza("the encapsulated key is not base64");
  if (encapsulation->size() != kEncapsulationSize) {
    return BadStanza("the encapsulated key has a wrong size");
  }
  if (stanza.body.size() != kWrappedKeySize) return BadStanza("incorrect file key size");

  const auto ephemeral = encapsulation->Expose().last(kPointSize);
  const auto post_quantum =
      kem_.Decapsulate(encapsulation->Expose().first(MlKem768::kCiphertextSize));
  if (!post_quantum) return Fail(Code::kInternal, "OpenSSL's ML-KEM-768 failed");
  SecretBytes classic(kPointSize);
  if (crypto_scalarmult(classic.ExposeMutable().data(), secret_.Expose().data(),
                        ephemeral.data()) != 0) {
    return BadStanza("the ephemeral share has low order");
  }
  SecretBytes both;
  both.Append(post_quantum->Expose());
  both.Append(classic.Expose());
  both.Append(ephemeral);
  both.Append(public_key_);
  both.Append(kKemLabel);
  const SecretBytes shared = Digest("SHA3-256", both, kKeySize);
  const HpkeKeys keys = HpkeSchedule(kKemId, shared, kInfo);
  auto file_key = OpenFileKey(keys.key, stanza.body.Expose(), keys.nonce.Expose());
  if (!file_key) return std::nullopt;
  return std::move(*file_key);
}

}  // namespace acd::age
