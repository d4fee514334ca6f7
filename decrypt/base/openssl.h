#pragma once

#include <cstddef>
#include <memory>

// OpenSSL's EVP_CIPHER, EVP_CIPHER_CTX, EVP_MD and EVP_MD_CTX; its header is for .cc files.
struct evp_cipher_st;
struct evp_cipher_ctx_st;
struct evp_md_st;
struct evp_md_ctx_st;

namespace acd {

struct CipherContextDeleter {
  void operator()(evp_cipher_ctx_st* context) const;
};
using CipherContext = std::unique_ptr<evp_cipher_ctx_st, CipherContextDeleter>;

struct DigestContextDeleter {
  void operator()(evp_md_ctx_st* context) const;
};
using DigestContext = std::unique_ptr<evp_md_ctx_st, DigestContextDeleter>;

// The first use of any of these starts libcrypto, without reading openssl.cnf: a process that
// decrypts one file should not parse it, and its content must not change what decrypts.

/// AES-GCM for a key of 16, 24 or 32 bytes, else null. Fetched once per process and kept: a fetch
/// costs more than decrypting a value. Safe from any thread. Throws std::bad_alloc.
const evp_cipher_st* AesGcm(std::size_t key_size);

/// Likewise.
const evp_md_st* Sha256();
const evp_md_st* Sha512();

}  // namespace acd
