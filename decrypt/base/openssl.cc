#include "decrypt/base/openssl.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>

namespace acd {

void CipherContextDeleter::operator()(evp_cipher_ctx_st* context) const {
  EVP_CIPHER_CTX_free(context);
}

void DigestContextDeleter::operator()(evp_md_ctx_st* context) const { EVP_MD_CTX_free(context); }

void InitOpenSsl() {
  // OpenSSL itself makes this a once-only step. Without the tables of old names, which a fetch by
  // name does not need: they take a quarter of a millisecond to fill, in every process.
  OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG | OPENSSL_INIT_NO_LOAD_CRYPTO_STRINGS |
                          OPENSSL_INIT_NO_ADD_ALL_CIPHERS | OPENSSL_INIT_NO_ADD_ALL_DIGESTS,
                      nullptr);
}

const EVP_CIPHER* AesGcm(std::size_t key_size) {
  const auto fetch = [](const char* name) {
    InitOpenSsl();
    return EVP_CIPHER_fetch(nullptr, name, nullptr);
  };
  // Never freed: they live as long as the process. Initialisation of statics is thread-safe.
  switch (key_size) {
    case 16: {
      static const EVP_CIPHER* const kAes128 = fetch("AES-128-GCM");
      return kAes128;
    }
    case 24: {
      static const EVP_CIPHER* const kAes192 = fetch("AES-192-GCM");
      return kAes192;
    }
    case 32: {
      static const EVP_CIPHER* const kAes256 = fetch("AES-256-GCM");
      return kAes256;
    }
    default:
      return nullptr;
  }
}

const EVP_MD* Sha256() {
  static const EVP_MD* const kSha256 = [] {
    InitOpenSsl();
    return EVP_MD_fetch(nullptr, "SHA256", nullptr);
  }();
  return kSha256;
}

const EVP_MD* Sha512() {
  static const EVP_MD* const kSha512 = [] {
    InitOpenSsl();
    return EVP_MD_fetch(nullptr, "SHA512", nullptr);
  }();
  return kSha512;
}

}  // namespace acd
