#include "decrypt/age/ml_kem.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include <string>
#include <utility>

namespace acd::age {
namespace {

// By name: the headers of OpenSSL 3.0 do not know it, yet a newer library may be loaded.
constexpr const char* kName = "ML-KEM-768";
constexpr const char* kSeedParameter = "seed";

OpenSslKeyContext NewContext() {
  return OpenSslKeyContext(EVP_PKEY_CTX_new_from_name(nullptr, kName, nullptr));
}

}  // namespace

bool HasMlKem() {
  static const bool has = [] {
    const QuietOpenSsl quiet;
    return NewContext() != nullptr;
  }();
  return has;
}

Failure NoMlKem() {
  return Fail(Code::kUnsupported,
              std::string("hybrid post-quantum keys need OpenSSL 3.5 or newer, this is ") +
                  OpenSSL_version(OPENSSL_VERSION_STRING),
              "use the image, or a build on Debian trixie or newer");
}

MlKem768::MlKem768(OpenSslKey key, std::vector<std::uint8_t> public_key)
    : key_(std::move(key)), public_key_(std::move(public_key)) {}

Result<MlKem768> MlKem768::FromSeed(std::span<const std::uint8_t> seed) {
  if (!HasMlKem()) return NoMlKem();
  const QuietOpenSsl quiet;
  const OpenSslKeyContext context = NewContext();
  SecretBytes copy = SecretBytes::CopyOf(seed);  // the parameters want it mutable
  OSSL_PARAM parameters[] = {
      OSSL_PARAM_construct_octet_string(kSeedParameter, copy.ExposeMutable().data(), copy.size()),
      OSSL_PARAM_construct_end()};
  EVP_PKEY* made = nullptr;
  if (!context || seed.size() != kSeedSize || EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(context.get(), &made, EVP_PKEY_KEYPAIR, parameters) != 1) {
    return Fail(Code::kInternal, "OpenSSL makes no ML-KEM-768 key");
  }
  OpenSslKey key(made);
  std::vector<std::uint8_t> public_key(kPublicKeySize);
  std::size_t size = 0;
  if (EVP_PKEY_get_octet_string_param(key.get(), OSSL_PKEY_PARAM_PUB_KEY, public_key.data(),
                                      public_key.size(), &size) != 1 ||
      size != kPublicKeySize) {
    return Fail(Code::kInternal, "OpenSSL gives no ML-KEM-768 public key");
  }
  return MlKem768(std::move(key), std::move(public_key));
}

std::optional<SecretBytes> MlKem768::Decapsulate(std::span<const std::uint8_t> ciphertext) const {
  const QuietOpenSsl quiet;
  const OpenSslKeyContext context(EVP_PKEY_CTX_new_from_pkey(nullptr, key_.get(), nullptr));
  SecretBytes secret(kSharedSecretSize);
  std::size_t size = secret.size();
  if (!context || EVP_PKEY_decapsulate_init(context.get(), nullptr) != 1 ||
      EVP_PKEY_decapsulate(context.get(), secret.ExposeMutable().data(), &size, ciphertext.data(),
                           ciphertext.size()) != 1 ||
      size != kSharedSecretSize) {
    return std::nullopt;
  }
  return secret;
}

}  // namespace acd::age
