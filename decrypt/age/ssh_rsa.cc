#include "decrypt/age/ssh_rsa.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include <utility>
#include <vector>

#include "decrypt/age/ssh_wire.h"
#include "decrypt/base/encoding.h"

namespace acd::age {
namespace {

constexpr std::string_view kLabel = "age-encryption.org/v1/ssh-rsa";
constexpr int kMinBytes = 256;  // age counts bytes: 2041 bits are enough
constexpr int kMaxBytes = 2048;

Failure BadStanza(std::string_view what) {
  return Fail(Code::kInvalidInput, std::string("header: invalid ssh-rsa recipient: ").append(what));
}

BigNumber Number(const OpenSslKey& key, const char* name) {
  BIGNUM* number = nullptr;
  EVP_PKEY_get_bn_param(key.get(), name, &number);
  return BigNumber(number);
}

std::string WireForm(const BIGNUM* exponent, const BIGNUM* modulus) {
  std::string wire;
  AppendSshString(AsBytes(SshRsaIdentity::kType), wire);
  for (const BIGNUM* number : {exponent, modulus}) {
    std::vector<std::uint8_t> bytes(static_cast<std::size_t>(BN_num_bytes(number)));
    BN_bn2bin(number, bytes.data());
    AppendSshNumber(bytes, wire);
  }
  return wire;
}

// OAEP with SHA-256 for both of its hashes, and age's label.
OpenSslKeyContext MakeContext(const OpenSslKey& key) {
  OpenSslKeyContext context(EVP_PKEY_CTX_new_from_pkey(nullptr, key.get(), nullptr));
  if (!context) return nullptr;
  char padding[] = OSSL_PKEY_RSA_PAD_MODE_OAEP;
  char digest[] = "SHA256";
  std::string label(kLabel);
  const OSSL_PARAM parameters[] = {
      OSSL_PARAM_construct_utf8_string(OSSL_ASYM_CIPHER_PARAM_PAD_MODE, padding, 0),
      OSSL_PARAM_construct_utf8_string(OSSL_ASYM_CIPHER_PARAM_OAEP_DIGEST, digest, 0),
      OSSL_PARAM_construct_utf8_string(OSSL_ASYM_CIPHER_PARAM_MGF1_DIGEST, digest, 0),
      OSSL_PARAM_construct_octet_string(OSSL_ASYM_CIPHER_PARAM_OAEP_LABEL, label.data(),
                                        label.size()),
      OSSL_PARAM_construct_end()};
  if (EVP_PKEY_decrypt_init_ex(context.get(), parameters) != 1) return nullptr;
  return context;
}

}  // namespace

SshRsaIdentity::SshRsaIdentity(OpenSslKey key, const std::string& wire)
    : key_(std::move(key)), tag_(SshKeyTag(wire)), public_name_(SshPublicName(kType, wire)) {}

Result<std::shared_ptr<const SshRsaIdentity>> SshRsaIdentity::FromKey(OpenSslKey key) {
  const QuietOpenSsl quiet;
  const BigNumber modulus = Number(key, OSSL_PKEY_PARAM_RSA_N);
  const BigNumber exponent = Number(key, OSSL_PKEY_PARAM_RSA_E);
  const BigNumber secret = Number(key, OSSL_PKEY_PARAM_RSA_D);
  if (!modulus || !exponent || !secret) {
    return Fail(Code::kInvalidInput, "not a private RSA key");
  }
  const int bytes = BN_num_bytes(modulus.get());
  if (bytes < kMinBytes || bytes > kMaxBytes) {
    return Fail(Code::kUnsupported, "RSA key of " + std::to_string(BN_num_bits(modulus.get())) +
                                        " bits; between 2048 and 16384 are supported");
  }
  return std::shared_ptr<const SshRsaIdentity>(
      new SshRsaIdentity(std::move(key), WireForm(exponent.get(), modulus.get())));
}

std::optional<Result<FileKey>> SshRsaIdentity::Unwrap(std::span<const Stanza> stanzas,
                                                      const Check& /*check*/) const {
  for (const Stanza& stanza : stanzas) {
    if (auto outcome = UnwrapOne(stanza)) return outcome;
  }
  return std::nullopt;
}

std::optional<Result<FileKey>> SshRsaIdentity::UnwrapOne(const Stanza& stanza) const {
  if (stanza.type != kType) return std::nullopt;
  const auto argument = stanza.OnlyArgument();
  if (!argument) return BadStanza("it must have one argument");
  if (*argument != tag_) return std::nullopt;
  // The tag follows from the public key: whoever made it up must not cost a private operation.
  if (stanza.body.size() != static_cast<std::size_t>(EVP_PKEY_get_size(key_.get()))) {
    return BadStanza("incorrect file key size");
  }
  const QuietOpenSsl quiet;
  const auto context = MakeContext(key_);
  if (!context) return Fail(Code::kInternal, "OpenSSL refuses RSA-OAEP with SHA-256");
  SecretBytes plain(static_cast<std::size_t>(EVP_PKEY_get_size(key_.get())));
  std::size_t size = plain.size();
  // One outcome for whatever is wrong, so that nothing is learnt about the padding.
  if (EVP_PKEY_decrypt(context.get(), plain.ExposeMutable().data(), &size,
                       stanza.body.Expose().data(), stanza.body.size()) != 1 ||
      size != kFileKeySize) {
    return BadStanza("failed to decrypt the file key");
  }
  plain.Resize(size);
  return FileKey{std::move(plain)};
}

}  // namespace acd::age
