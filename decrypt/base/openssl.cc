#include "decrypt/base/openssl.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <new>

namespace acd {
namespace {

void InitOpenSsl() {
  // OpenSSL itself makes this a once-only step. Without the tables of old names, which a fetch by
  // name does not need: they take a quarter of a millisecond to fill, in every process.
  OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG | OPENSSL_INIT_NO_LOAD_CRYPTO_STRINGS |
                          OPENSSL_INIT_NO_ADD_ALL_CIPHERS | OPENSSL_INIT_NO_ADD_ALL_DIGESTS,
                      nullptr);
}

// What cannot be had for want of memory is asked for again next time: a static whose initialiser
// throws stays uninitialised.
template <typename Algorithm>
Algorithm* Fetched(Algorithm* algorithm) {
  if (algorithm == nullptr) throw std::bad_alloc();
  return algorithm;
}

const EVP_CIPHER* FetchCipher(const char* name) {
  InitOpenSsl();
  return Fetched(EVP_CIPHER_fetch(nullptr, name, nullptr));
}

const EVP_MD* FetchDigest(const char* name) {
  InitOpenSsl();
  return Fetched(EVP_MD_fetch(nullptr, name, nullptr));
}

}  // namespace

void CipherContextDeleter::operator()(evp_cipher_ctx_st* context) const {
  EVP_CIPHER_CTX_free(context);
}

void DigestContextDeleter::operator()(evp_md_ctx_st* context) const { EVP_MD_CTX_free(context); }

// Never freed: they live as long as the process. Initialisation of statics is thread-safe.

const EVP_CIPHER* AesGcm(std::size_t key_size) {
  switch (key_size) {
    case 16: {
      static const EVP_CIPHER* const kAes128 = FetchCipher("AES-128-GCM");
      return kAes128;
    }
    case 24: {
      static const EVP_CIPHER* const kAes192 = FetchCipher("AES-192-GCM");
      return kAes192;
    }
    case 32: {
      static const EVP_CIPHER* const kAes256 = FetchCipher("AES-256-GCM");
      return kAes256;
    }
    default:
      return nullptr;
  }
}

const EVP_MD* Sha256() {
  static const EVP_MD* const kSha256 = FetchDigest("SHA256");
  return kSha256;
}

const EVP_MD* Sha512() {
  static const EVP_MD* const kSha512 = FetchDigest("SHA512");
  return kSha512;
}

}  // namespace acd
