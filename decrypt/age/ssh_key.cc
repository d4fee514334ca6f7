#include "decrypt/age/ssh_key.h"

#include <openssl/decoder.h>
#include <openssl/evp.h>

#include <string>
#include <utility>

#include "decrypt/age/openssh_key.h"
#include "decrypt/age/openssl_key.h"
#include "decrypt/age/pem.h"
#include "decrypt/age/rsa_numbers.h"
#include "decrypt/age/ssh_ed25519.h"
#include "decrypt/age/ssh_rsa.h"

namespace acd::age {
namespace {

Failure Malformed(std::string_view what) {
  return Fail(Code::kInvalidInput, std::string("malformed SSH private key: ").append(what));
}

struct DecoderDeleter {
  void operator()(OSSL_DECODER_CTX* context) const { OSSL_DECODER_CTX_free(context); }
};

// `structure`: "type-specific" (PKCS #1) or "PrivateKeyInfo" (PKCS #8).
OpenSslKey DecodeDer(const SecretBytes& der, const char* structure, const char* type) {
  EVP_PKEY* key = nullptr;
  const std::unique_ptr<OSSL_DECODER_CTX, DecoderDeleter> context(OSSL_DECODER_CTX_new_for_pkey(
      &key, "DER", structure, type, EVP_PKEY_KEYPAIR, nullptr, nullptr));
  const unsigned char* data = der.Expose().data();
  std::size_t rest = der.size();
  const bool decoded =
      context && OSSL_DECODER_from_data(context.get(), &data, &rest) == 1 && rest == 0;
  OpenSslKey owned(key);
  return decoded ? std::move(owned) : nullptr;
}

Result<std::shared_ptr<const Identity>> FromRsa(OpenSslKey key) {
  if (!IsConsistentRsa(key)) return Malformed("its numbers are not those of an RSA key");
  ACD_TRY(auto identity, SshRsaIdentity::FromKey(std::move(key)));
  return std::shared_ptr<const Identity>(std::move(identity));
}

Result<std::shared_ptr<const Identity>> FromEd25519(const OpenSslKey& key) {
  SecretBytes seed(SshEd25519Identity::kSeedSize);
  std::size_t size = seed.size();
  if (EVP_PKEY_get_raw_private_key(key.get(), seed.ExposeMutable().data(), &size) != 1 ||
      size != seed.size()) {
    return Malformed("not an Ed25519 key");
  }
  return std::shared_ptr<const Identity>(SshEd25519Identity::FromSeed(seed.Expose()));
}

Result<std::shared_ptr<const Identity>> ParsePkcs1(const SecretBytes& der) {
  OpenSslKey key = DecodeDer(der, "type-specific", "RSA");
  if (!key) return Malformed("not an RSA key of PKCS #1");
  return FromRsa(std::move(key));
}

Result<std::shared_ptr<const Identity>> ParsePkcs8(const SecretBytes& der) {
  OpenSslKey key = DecodeDer(der, "PrivateKeyInfo", nullptr);
  if (!key) return Malformed("not a key of PKCS #8");
  if (EVP_PKEY_is_a(key.get(), "RSA") == 1) return FromRsa(std::move(key));
  if (EVP_PKEY_is_a(key.get(), "ED25519") == 1) return FromEd25519(key);
  const char* type = EVP_PKEY_get0_type_name(key.get());
  return UnsupportedSshKey(type != nullptr ? type : "of another kind");
}

}  // namespace

Result<std::shared_ptr<const Identity>> ParseSshPrivateKey(std::string_view pem) {
  if (pem.size() > kMaxSshKeyBytes) {
    return Fail(Code::kLimitExceeded,
                "SSH private key file of more than " + std::to_string(kMaxSshKeyBytes) + " bytes");
  }
  const QuietOpenSsl quiet;
  const auto block = ReadPem(pem);
  if (!block) return Malformed("no whole PEM block in it");
  if (block->encrypted || block->label == "ENCRYPTED PRIVATE KEY") return ProtectedSshKey();
  if (block->label == "OPENSSH PRIVATE KEY") return ParseOpenSshKey(block->data);
  if (block->label == "RSA PRIVATE KEY") return ParsePkcs1(block->data);
  if (block->label == "PRIVATE KEY") return ParsePkcs8(block->data);
  if (block->label == "EC PRIVATE KEY") return UnsupportedSshKey("ECDSA");
  if (block->label == "DSA PRIVATE KEY") return UnsupportedSshKey("DSA");
  return Malformed("a PEM block that is no SSH private key");
}

}  // namespace acd::age
