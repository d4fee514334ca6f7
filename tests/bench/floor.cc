#include "tests/bench/floor.h"

#include <openssl/evp.h>
#include <sodium.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "decrypt/age/armor.h"
#include "decrypt/age/bech32.h"
#include "decrypt/age/header.h"
#include "decrypt/base/encoding.h"

namespace acd::bench {
namespace {

using Key = std::array<std::uint8_t, 32>;

Key Hmac(const void* key, std::size_t size, std::string_view a, std::string_view b = {}) {
  Key out;
  crypto_auth_hmacsha256_state state;
  crypto_auth_hmacsha256_init(&state, static_cast<const unsigned char*>(key), size);
  crypto_auth_hmacsha256_update(&state, AsBytes(a).data(), a.size());
  crypto_auth_hmacsha256_update(&state, AsBytes(b).data(), b.size());
  crypto_auth_hmacsha256_final(&state, out.data());
  return out;
}

std::string_view Text(const Key& key) { return AsText({key.data(), key.size()}); }

Key Hkdf(std::string_view secret, std::string_view salt, std::string_view info) {
  const Key extracted = Hmac(salt.data(), salt.size(), secret);
  return Hmac(extracted.data(), extracted.size(), info, std::string_view("\x01", 1));
}

bool OpenChaCha(const Key& key, std::uint8_t last, std::string_view sealed, std::uint8_t* out) {
  std::array<std::uint8_t, 12> nonce = {};
  nonce[11] = last;
  return crypto_aead_chacha20poly1305_ietf_decrypt(out, nullptr, nullptr, AsBytes(sealed).data(),
                                                   sealed.size(), nullptr, 0, nonce.data(),
                                                   key.data()) == 0;
}

}  // namespace

struct Floor::Impl {
  explicit Impl(const Document& of) : document(of) {}

  const Document& document;
  std::string identity, public_key, share, body, header, mac, nonce, payload;
  std::vector<std::uint8_t> buffer;
  EVP_CIPHER_CTX* cipher = EVP_CIPHER_CTX_new();
  EVP_MD_CTX* hash = EVP_MD_CTX_new();
  EVP_CIPHER* aes = EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr);
  EVP_MD* sha512 = EVP_MD_fetch(nullptr, "SHA512", nullptr);

  bool Unwrap(Key& data_key) const;
  bool Open(const Value& value);
};

Floor::Floor(const Document& document) : impl_(std::make_unique<Impl>(document)) {
  Impl& to = *impl_;
  to.identity = age::DecodeBech32(kIdentity)->data.ExposeText();
  to.public_key.resize(32);
  crypto_scalarmult_base(reinterpret_cast<unsigned char*>(to.public_key.data()),
                         AsBytes(to.identity).data());
  const auto binary = age::Dearmor(kWrappedKey);
  const auto header = age::ParseHeader(binary->Expose(), Limits());
  to.share = DecodeBase64Unpadded(header->stanzas[0].arguments)->ExposeText();
  to.body = header->stanzas[0].body.ExposeText();
  to.header = AsText(header->mac_input);
  to.mac = header->mac.ExposeText();
  to.nonce = AsText(header->after.first(16));
  to.payload = AsText(header->after.subspan(16));
  std::size_t largest = document.mac.sealed.size();
  for (const Value& value : document.values) largest = std::max(largest, value.sealed.size());
  to.buffer.resize(largest);
}

Floor::~Floor() {
  EVP_CIPHER_CTX_free(impl_->cipher);
  EVP_MD_CTX_free(impl_->hash);
  EVP_CIPHER_free(impl_->aes);
  EVP_MD_free(impl_->sha512);
}

bool Floor::Impl::Unwrap(Key& data_key) const {
  Key shared;
  if (crypto_scalarmult(shared.data(), AsBytes(identity).data(), AsBytes(share).data()) != 0) {
    return false;
  }
  const Key wrap = Hkdf(Text(shared), share + public_key, "age-encryption.org/v1/X25519");
  std::array<std::uint8_t, 16> file_key;
  if (!OpenChaCha(wrap, 0, body, file_key.data())) return false;
  const std::string_view file = AsText({file_key.data(), file_key.size()});
  const Key header_key = Hkdf(file, {}, "header");
  if (Text(Hmac(header_key.data(), header_key.size(), header)) != mac) return false;
  return OpenChaCha(Hkdf(file, nonce, "payload"), 1, payload, data_key.data());
}

// As a loop in C would have it: one context, the key set once, 32 bytes of IV for each value.
bool Floor::Impl::Open(const Value& value) {
  const int size = static_cast<int>(value.plain.size());
  int written = 0;
  EVP_DecryptInit_ex2(cipher, nullptr, nullptr, AsBytes(value.iv).data(), nullptr);
  EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_AEAD_SET_TAG, 16,
                      const_cast<char*>(value.sealed.data()) + size);
  EVP_DecryptUpdate(cipher, nullptr, &written, AsBytes(value.aad).data(),
                    static_cast<int>(value.aad.size()));
  EVP_DecryptUpdate(cipher, buffer.data(), &written, AsBytes(value.sealed).data(), size);
  return EVP_DecryptFinal_ex(cipher, buffer.data() + size, &written) == 1;
}

bool Floor::Run() {
  Key data_key;
  if (!impl_->Unwrap(data_key)) return false;
  EVP_DecryptInit_ex2(impl_->cipher, impl_->aes, data_key.data(), nullptr, nullptr);
  EVP_CIPHER_CTX_ctrl(impl_->cipher, EVP_CTRL_AEAD_SET_IVLEN, 32, nullptr);
  EVP_DigestInit_ex2(impl_->hash, impl_->sha512, nullptr);
  for (const Value& value : impl_->document.values) {
    if (!impl_->Open(value)) return false;
    EVP_DigestUpdate(impl_->hash, impl_->buffer.data(), value.plain.size());
  }
  std::array<std::uint8_t, 64> digest;
  EVP_DigestFinal_ex(impl_->hash, digest.data(), nullptr);
  if (!impl_->Open(impl_->document.mac)) return false;
  std::string hex;
  for (const std::uint8_t byte : digest) {
    hex += "0123456789ABCDEF"[byte >> 4U];
    hex += "0123456789ABCDEF"[byte & 0xFU];
  }
  return std::memcmp(hex.data(), impl_->buffer.data(), hex.size()) == 0;
}

}  // namespace acd::bench
