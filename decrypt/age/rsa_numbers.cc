#include "decrypt/age/rsa_numbers.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>

#include <memory>

namespace acd::age {
namespace {

constexpr std::size_t kMaxNumberBytes = 16384 / 8 + 1;

struct BnContextDeleter {
  void operator()(BN_CTX* context) const { BN_CTX_free(context); }
};
using BnContext = std::unique_ptr<BN_CTX, BnContextDeleter>;

struct BuilderDeleter {
  void operator()(OSSL_PARAM_BLD* builder) const { OSSL_PARAM_BLD_free(builder); }
};
struct ParametersDeleter {
  void operator()(OSSL_PARAM* parameters) const { OSSL_PARAM_free(parameters); }  // wipes
};

BigNumber Secret() {
  BigNumber number(BN_secure_new());
  if (number) BN_set_flags(number.get(), BN_FLG_CONSTTIME);
  return number;
}

BigNumber Load(std::span<const std::uint8_t> bytes) {
  BigNumber number = Secret();
  if (bytes.size() > kMaxNumberBytes || !number ||
      BN_bin2bn(bytes.data(), static_cast<int>(bytes.size()), number.get()) == nullptr) {
    return nullptr;
  }
  return number;
}

// number mod (prime - 1)
BigNumber ModLess1(const BigNumber& number, const BigNumber& prime, BN_CTX* context) {
  BigNumber less = Secret();
  BigNumber result = Secret();
  if (!less || !result || BN_sub(less.get(), prime.get(), BN_value_one()) != 1 ||
      BN_is_zero(less.get()) || BN_is_negative(less.get()) ||
      BN_mod(result.get(), number.get(), less.get(), context) != 1) {
    return nullptr;
  }
  return result;
}

struct Parts {
  BigNumber modulus, public_exponent, private_exponent, prime1, prime2;

  bool AreAllThere() const {
    return modulus && public_exponent && private_exponent && prime1 && prime2;
  }
};

bool IsProduct(const Parts& parts, BN_CTX* context) {
  const BigNumber product = Secret();
  return product && BN_mul(product.get(), parts.prime1.get(), parts.prime2.get(), context) == 1 &&
         BN_cmp(product.get(), parts.modulus.get()) == 0;
}

bool AreInverse(const Parts& parts, const BigNumber& prime, BN_CTX* context) {
  const BigNumber product = Secret();
  if (!product || BN_mul(product.get(), parts.public_exponent.get(), parts.private_exponent.get(),
                         context) != 1) {
    return false;
  }
  const BigNumber rest = ModLess1(product, prime, context);
  return rest && BN_is_one(rest.get());
}

bool IsConsistent(const Parts& parts, BN_CTX* context) {
  return IsProduct(parts, context) && AreInverse(parts, parts.prime1, context) &&
         AreInverse(parts, parts.prime2, context);
}

OpenSslKey FromParameters(OSSL_PARAM* parameters) {
  const OpenSslKeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, "RSA", nullptr));
  EVP_PKEY* key = nullptr;
  if (!context || EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_KEYPAIR, parameters) != 1) {
    return nullptr;
  }
  return OpenSslKey(key);
}

BigNumber Get(const OpenSslKey& key, const char* name) {
  BIGNUM* number = nullptr;
  EVP_PKEY_get_bn_param(key.get(), name, &number);
  return BigNumber(number);
}

}  // namespace

OpenSslKey MakeRsaKey(const RsaNumbers& numbers) {
  const QuietOpenSsl quiet;
  const Parts parts = {Load(numbers.modulus), Load(numbers.public_exponent),
                       Load(numbers.private_exponent), Load(numbers.prime1), Load(numbers.prime2)};
  const BnContext context(BN_CTX_secure_new());
  if (!context || !parts.AreAllThere() || !IsConsistent(parts, context.get())) return nullptr;
  const BigNumber exponent1 = ModLess1(parts.private_exponent, parts.prime1, context.get());
  const BigNumber exponent2 = ModLess1(parts.private_exponent, parts.prime2, context.get());
  const BigNumber coefficient = Secret();
  if (!exponent1 || !exponent2 || !coefficient ||
      BN_mod_inverse(coefficient.get(), parts.prime2.get(), parts.prime1.get(), context.get()) ==
          nullptr) {
    return nullptr;
  }
  const std::unique_ptr<OSSL_PARAM_BLD, BuilderDeleter> builder(OSSL_PARAM_BLD_new());
  const auto push = [&](const char* name, const BigNumber& number) {
    return OSSL_PARAM_BLD_push_BN(builder.get(), name, number.get()) == 1;
  };
  if (!builder || !push(OSSL_PKEY_PARAM_RSA_N, parts.modulus) ||
      !push(OSSL_PKEY_PARAM_RSA_E, parts.public_exponent) ||
      !push(OSSL_PKEY_PARAM_RSA_D, parts.private_exponent) ||
      !push(OSSL_PKEY_PARAM_RSA_FACTOR1, parts.prime1) ||
      !push(OSSL_PKEY_PARAM_RSA_FACTOR2, parts.prime2) ||
      !push(OSSL_PKEY_PARAM_RSA_EXPONENT1, exponent1) ||
      !push(OSSL_PKEY_PARAM_RSA_EXPONENT2, exponent2) ||
      !push(OSSL_PKEY_PARAM_RSA_COEFFICIENT1, coefficient)) {
    return nullptr;
  }
  const std::unique_ptr<OSSL_PARAM, ParametersDeleter> parameters(
      OSSL_PARAM_BLD_to_param(builder.get()));
  return parameters ? FromParameters(parameters.get()) : nullptr;
}

bool IsConsistentRsa(const OpenSslKey& key) {
  const QuietOpenSsl quiet;
  const Parts parts = {Get(key, OSSL_PKEY_PARAM_RSA_N), Get(key, OSSL_PKEY_PARAM_RSA_E),
                       Get(key, OSSL_PKEY_PARAM_RSA_D), Get(key, OSSL_PKEY_PARAM_RSA_FACTOR1),
                       Get(key, OSSL_PKEY_PARAM_RSA_FACTOR2)};
  const BnContext context(BN_CTX_secure_new());
  return context && parts.AreAllThere() && IsConsistent(parts, context.get());
}

}  // namespace acd::age
