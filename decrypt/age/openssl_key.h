#pragma once

#include <cstddef>
#include <memory>

// OpenSSL's EVP_PKEY, EVP_PKEY_CTX and BIGNUM; its headers are for .cc files.
struct evp_pkey_st;
struct evp_pkey_ctx_st;
struct bignum_st;

namespace acd::age {

struct OpenSslKeyDeleter {
  void operator()(evp_pkey_st* key) const;
};
/// Threads: one key may be used by many at once, each with a context of its own.
using OpenSslKey = std::unique_ptr<evp_pkey_st, OpenSslKeyDeleter>;

struct OpenSslKeyContextDeleter {
  void operator()(evp_pkey_ctx_st* context) const;
};
using OpenSslKeyContext = std::unique_ptr<evp_pkey_ctx_st, OpenSslKeyContextDeleter>;

struct BigNumberDeleter {
  void operator()(bignum_st* number) const;  ///< wipes
};
using BigNumber = std::unique_ptr<bignum_st, BigNumberDeleter>;

/// Keeps what fails inside OpenSSL meanwhile out of the thread's error queue, where the next user
/// of OpenSSL would take it for its own.
class QuietOpenSsl {
 public:
  QuietOpenSsl();
  ~QuietOpenSsl();
  QuietOpenSsl(const QuietOpenSsl&) = delete;
  QuietOpenSsl& operator=(const QuietOpenSsl&) = delete;
};

}  // namespace acd::age
