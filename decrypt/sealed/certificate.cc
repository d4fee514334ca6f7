#include "decrypt/sealed/certificate.h"

#include <openssl/bio.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include <climits>
#include <cstring>
#include <ctime>
#include <utility>
#include <vector>

#include "decrypt/base/encoding.h"
#include "decrypt/base/openssl.h"
#include "decrypt/base/secret_bytes.h"

namespace acd::sealed {
namespace {

constexpr std::size_t kSessionKeySize = 32;
constexpr std::size_t kTagSize = 16;
// The session key is used once, so its nonce may be constant: twelve zero bytes.
constexpr std::uint8_t kNonce[12] = {};
// The controller's own keys have 4096 bits. Less than 2048 protects nothing; a huge one costs
// minutes.
constexpr int kMinKeyBits = 2048;
constexpr int kMaxKeyBits = 16384;

template <auto Free>
struct Deleter {
  template <typename T>
  void operator()(T* object) const {
    Free(object);
  }
};
using Bio = std::unique_ptr<BIO, Deleter<BIO_free>>;
using X509Certificate = std::unique_ptr<X509, Deleter<X509_free>>;
using KeyContext = std::unique_ptr<EVP_PKEY_CTX, Deleter<EVP_PKEY_CTX_free>>;

/// What PEM_read_bio allocates for one block.
struct PemBlock {
  ~PemBlock() {
    OPENSSL_free(name);
    OPENSSL_free(header);
    OPENSSL_clear_free(data, static_cast<std::size_t>(size));  // somebody's private key, perhaps
  }
  char* name = nullptr;
  char* header = nullptr;
  unsigned char* data = nullptr;
  long size = 0;
};

Failure NoCertificate() {
  return Fail(Code::kInvalidInput, "certificate: no PEM block CERTIFICATE in it",
              "`kubeseal --fetch-cert` prints the controller's");
}

Result<X509Certificate> FirstCertificate(std::string_view pem) {
  if (pem.size() > INT_MAX) return NoCertificate();
  const Bio bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  while (bio) {
    PemBlock block;
    if (PEM_read_bio(bio.get(), &block.name, &block.header, &block.data, &block.size) != 1) break;
    if (std::strcmp(block.name, "CERTIFICATE") != 0 || *block.header != '\0') continue;
    const unsigned char* at = block.data;
    X509Certificate certificate(d2i_X509(nullptr, &at, block.size));
    if (certificate && at == block.data + block.size) return certificate;
    ERR_clear_error();
    return Fail(Code::kInvalidInput, "certificate: the first one in it is malformed");
  }
  ERR_clear_error();
  return NoCertificate();
}

/// RFC 3339, UTC: "2026-01-31T12:00:00Z"; for a time that is no time, nothing.
std::string TimeText(const ASN1_TIME* time) {
  std::tm parts{};
  if (ASN1_TIME_to_tm(time, &parts) != 1) return {};
  char text[32] = {};
  std::strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &parts);
  return text;
}

Status CheckNotExpired(const X509* certificate, std::chrono::system_clock::time_point now) {
  const ASN1_TIME* end = X509_get0_notAfter(certificate);
  const int order = ASN1_TIME_cmp_time_t(end, std::chrono::system_clock::to_time_t(now));
  if (order == 0 || order == 1) return {};
  return Fail(Code::kInvalidInput,
              "certificate: failed to encrypt using an expired certificate on " + TimeText(end),
              "get the controller's present one with `kubeseal --fetch-cert`");
}

Status CheckKey(const EVP_PKEY* key) {
  if (key == nullptr || EVP_PKEY_is_a(key, "RSA") != 1) {
    return Fail(Code::kInvalidInput,
                "certificate: its key is not an RSA key, so nothing can be sealed");
  }
  const int bits = EVP_PKEY_get_bits(key);
  if (bits >= kMinKeyBits && bits <= kMaxKeyBits) return {};
  return Fail(Code::kInvalidInput, "certificate: its RSA key has " + std::to_string(bits) +
                                       " bits, not " + std::to_string(kMinKeyBits) + " to " +
                                       std::to_string(kMaxKeyBits));
}

Failure Broken() {
  ERR_clear_error();
  return Fail(Code::kInternal, "sealing failed in OpenSSL");
}

/// RSA-OAEP with SHA-256 for hash and mask.
Result<std::vector<std::uint8_t>> WrapSessionKey(EVP_PKEY* key, const SecretBytes& session_key,
                                                 std::string_view label) {
  const KeyContext context(EVP_PKEY_CTX_new_from_pkey(nullptr, key, nullptr));
  if (!context || EVP_PKEY_encrypt_init(context.get()) != 1 ||
      EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_PKCS1_OAEP_PADDING) != 1 ||
      EVP_PKEY_CTX_set_rsa_oaep_md(context.get(), Sha256()) != 1 ||
      EVP_PKEY_CTX_set_rsa_mgf1_md(context.get(), Sha256()) != 1) {
    return Broken();
  }
  if (!label.empty()) {
    // The context takes ownership of the copy.
    void* copy = OPENSSL_memdup(label.data(), label.size());
    if (copy == nullptr || EVP_PKEY_CTX_set0_rsa_oaep_label(context.get(), copy,
                                                            static_cast<int>(label.size())) != 1) {
      OPENSSL_free(copy);
      return Broken();
    }
  }
  std::size_t size = 0;
  const auto plain = session_key.Expose();
  if (EVP_PKEY_encrypt(context.get(), nullptr, &size, plain.data(), plain.size()) != 1) {
    return Broken();
  }
  std::vector<std::uint8_t> wrapped(size);
  if (EVP_PKEY_encrypt(context.get(), wrapped.data(), &size, plain.data(), plain.size()) != 1) {
    return Broken();
  }
  wrapped.resize(size);
  return wrapped;
}

/// Appends ciphertext and tag.
Status EncryptValue(const SecretBytes& session_key, std::span<const std::uint8_t> value,
                    std::vector<std::uint8_t>& out) {
  const CipherContext context(EVP_CIPHER_CTX_new());
  const std::size_t start = out.size();
  out.resize(start + value.size() + kTagSize);
  std::uint8_t* at = out.data() + start;
  int size = 0;
  if (!context || value.size() > INT_MAX ||
      EVP_EncryptInit_ex2(context.get(), AesGcm(kSessionKeySize), session_key.Expose().data(),
                          kNonce, nullptr) != 1 ||
      (!value.empty() && EVP_EncryptUpdate(context.get(), at, &size, value.data(),
                                           static_cast<int>(value.size())) != 1) ||
      EVP_EncryptFinal_ex(context.get(), at + size, &size) != 1 ||
      EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_GET_TAG, kTagSize, at + value.size()) != 1) {
    return Broken();
  }
  return {};
}

}  // namespace

void Certificate::KeyDeleter::operator()(evp_pkey_st* key) const { EVP_PKEY_free(key); }

Result<Certificate> Certificate::Parse(std::string_view pem,
                                       std::chrono::system_clock::time_point now) {
  Sha256();  // starts libcrypto in our way before anything else can in another
  ACD_TRY(const X509Certificate certificate, FirstCertificate(pem));
  Key key(X509_get_pubkey(certificate.get()));
  ERR_clear_error();
  ACD_CHECK(CheckKey(key.get()));
  ACD_CHECK(CheckNotExpired(certificate.get(), now));
  return Certificate(std::move(key));
}

Result<std::string> Certificate::Seal(std::span<const std::uint8_t> value,
                                      std::string_view label) const {
  SecretBytes session_key(kSessionKeySize);
  if (RAND_priv_bytes(session_key.ExposeMutable().data(), kSessionKeySize) != 1) return Broken();
  ACD_TRY(const std::vector<std::uint8_t> wrapped, WrapSessionKey(key_.get(), session_key, label));
  std::vector<std::uint8_t> sealed;
  sealed.reserve(2 + wrapped.size() + value.size() + kTagSize);
  sealed.push_back(static_cast<std::uint8_t>(wrapped.size() >> 8U));
  sealed.push_back(static_cast<std::uint8_t>(wrapped.size() & 0xFFU));
  sealed.insert(sealed.end(), wrapped.begin(), wrapped.end());
  ACD_CHECK(EncryptValue(session_key, value, sealed));
  return std::string(EncodeBase64(sealed).ExposeText());
}

}  // namespace acd::sealed
