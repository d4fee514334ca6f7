#include "decrypt/age/openssl_key.h"

#include <openssl/bn.h>
#include <openssl/err.h>
#include <openssl/evp.h>

#include "decrypt/base/openssl.h"

namespace acd::age {

void OpenSslKeyDeleter::operator()(evp_pkey_st* key) const { EVP_PKEY_free(key); }

void OpenSslKeyContextDeleter::operator()(evp_pkey_ctx_st* context) const {
  EVP_PKEY_CTX_free(context);
}

void BigNumberDeleter::operator()(bignum_st* number) const { BN_clear_free(number); }

QuietOpenSsl::QuietOpenSsl() {
  Sha256();  // starts libcrypto as all of this program does
  ERR_set_mark();
}

QuietOpenSsl::~QuietOpenSsl() { ERR_pop_to_mark(); }

}  // namespace acd::age
