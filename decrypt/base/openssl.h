#pragma once

#include <openssl/evp.h>

#include <cstddef>
#include <memory>

namespace acd {

/// For the .cc files that call OpenSSL; no public header includes this one.

struct CipherContextDeleter {
  void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};
using CipherContext = std::unique_ptr<EVP_CIPHER_CTX, CipherContextDeleter>;

struct DigestContextDeleter {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};
using DigestContext = std::unique_ptr<EVP_MD_CTX, DigestContextDeleter>;

/// Starts libcrypto without reading openssl.cnf: a process that decrypts one file should not parse
/// it, and its content must not change what decrypts. Once per process; safe from any thread.
/// Has an effect only before libcrypto's first other use.
void InitOpenSsl();

/// AES-GCM for a key of 16, 24 or 32 bytes, else null. Fetched once per process and kept: a fetch
/// costs more than decrypting a value. Safe from any thread.
const EVP_CIPHER* AesGcm(std::size_t key_size);

/// Likewise.
const EVP_MD* Sha256();
const EVP_MD* Sha512();

}  // namespace acd
