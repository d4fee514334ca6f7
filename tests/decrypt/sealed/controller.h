#pragma once

#include <gtest/gtest.h>
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "decrypt/base/encoding.h"

namespace acd::sealed::testing {

/// What a Sealed Secrets controller has: a key and its certificate. It opens what was sealed for
/// it, written from the format's description without a line of the code under test.
class Controller {
 public:
  /// `kind`: "RSA" or "EC". `days`: until the certificate ends.
  explicit Controller(const char* kind = "RSA", int bits = 2048, int days = 1)
      : key_(kind == std::string("RSA") ? EVP_RSA_gen(static_cast<unsigned>(bits))
                                        : EVP_EC_gen("P-256")) {
    X509* certificate = X509_new();
    X509_gmtime_adj(X509_getm_notBefore(certificate), -3 * 86400L);
    X509_gmtime_adj(X509_getm_notAfter(certificate), days * 86400L);
    X509_set_pubkey(certificate, key_.get());
    EXPECT_GT(X509_sign(certificate, key_.get(), EVP_sha256()), 0);
    BIO* bio = BIO_new(BIO_s_mem());
    PEM_write_bio_X509(bio, certificate);
    char* data = nullptr;
    const long size = BIO_get_mem_data(bio, &data);
    pem_.assign(data, static_cast<std::size_t>(size));
    BIO_free(bio);
    X509_free(certificate);
  }

  const std::string& pem() const { return pem_; }

  std::string PrivateKeyPem() const {
    BIO* bio = BIO_new(BIO_s_mem());
    PEM_write_bio_PrivateKey(bio, key_.get(), nullptr, nullptr, 0, nullptr, nullptr);
    char* data = nullptr;
    const long size = BIO_get_mem_data(bio, &data);
    std::string pem(data, static_cast<std::size_t>(size));
    BIO_free(bio);
    return pem;
  }

  std::optional<std::string> Open(const std::string& sealed, const std::string& label) const {
    const auto decoded = DecodeBase64Strict(sealed);
    if (!decoded) return std::nullopt;
    const auto bytes = decoded->Expose();
    if (bytes.size() < 2) return std::nullopt;
    const std::size_t length = std::size_t{bytes[0]} << 8U | bytes[1];
    if (bytes.size() < 2 + length + 16) return std::nullopt;
    const auto session_key = OpenKey(bytes.subspan(2, length), label);
    if (session_key.size() != 32) return std::nullopt;
    return OpenValue(bytes.subspan(2 + length), session_key);
  }

 private:
  struct Free {
    void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
    void operator()(EVP_PKEY_CTX* context) const { EVP_PKEY_CTX_free(context); }
    void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
  };

  std::vector<std::uint8_t> OpenKey(std::span<const std::uint8_t> wrapped,
                                    const std::string& label) const {
    const std::unique_ptr<EVP_PKEY_CTX, Free> context(EVP_PKEY_CTX_new(key_.get(), nullptr));
    EVP_PKEY_decrypt_init(context.get());
    EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_PKCS1_OAEP_PADDING);
    EVP_PKEY_CTX_set_rsa_oaep_md(context.get(), EVP_sha256());
    EVP_PKEY_CTX_set_rsa_mgf1_md(context.get(), EVP_sha256());
    if (!label.empty()) {
      EVP_PKEY_CTX_set0_rsa_oaep_label(context.get(), OPENSSL_strdup(label.c_str()),
                                       static_cast<int>(label.size()));
    }
    std::vector<std::uint8_t> key(wrapped.size());
    std::size_t size = key.size();
    if (EVP_PKEY_decrypt(context.get(), key.data(), &size, wrapped.data(), wrapped.size()) != 1) {
      return {};
    }
    key.resize(size);
    return key;
  }

  static std::optional<std::string> OpenValue(std::span<const std::uint8_t> text,
                                              const std::vector<std::uint8_t>& key) {
    const std::uint8_t nonce[12] = {};
    std::vector<std::uint8_t> tag(text.end() - 16, text.end());
    const auto body = text.first(text.size() - 16);
    std::string plain(body.size(), '\0');
    int size = 0;
    const std::unique_ptr<EVP_CIPHER_CTX, Free> context(EVP_CIPHER_CTX_new());
    EVP_DecryptInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, key.data(), nonce);
    EVP_DecryptUpdate(context.get(), reinterpret_cast<unsigned char*>(plain.data()), &size,
                      body.data(), static_cast<int>(body.size()));
    EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_SET_TAG, 16, tag.data());
    if (EVP_DecryptFinal_ex(context.get(), nullptr, &size) != 1) return std::nullopt;
    return plain;
  }

  std::unique_ptr<EVP_PKEY, Free> key_;
  std::string pem_;
};

}  // namespace acd::sealed::testing
