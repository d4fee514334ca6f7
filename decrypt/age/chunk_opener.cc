#include "decrypt/age/chunk_opener.h"

#include <openssl/evp.h>
#include <sodium.h>

#include <algorithm>
#include <array>
#include <new>
#include <string>

#include "decrypt/age/kdf.h"

namespace acd::age {
namespace {

static_assert(kChunkTagSize == crypto_aead_chacha20poly1305_ietf_ABYTES);

using Nonce = std::array<std::uint8_t, crypto_aead_chacha20poly1305_ietf_NPUBBYTES>;

// OpenSSL takes a microsecond to begin, and then is twice as fast as libsodium.
constexpr std::size_t kLarge = 4096;

// 11 bytes of counter, big endian, and the flag of the last chunk.
Nonce NonceOf(std::uint64_t index, bool last) {
  Nonce nonce = {};
  for (std::size_t i = 0; i < sizeof index; ++i) {
    nonce[10 - i] = static_cast<std::uint8_t>(index >> (8 * i));
  }
  nonce[11] = last ? 1 : 0;
  return nonce;
}

const EVP_CIPHER* ChaCha20Poly1305() {
  // Never freed. libcrypto runs already: the payload's key was derived with it.
  static const EVP_CIPHER* const kCipher = [] {
    const EVP_CIPHER* cipher = EVP_CIPHER_fetch(nullptr, "ChaCha20-Poly1305", nullptr);
    if (cipher == nullptr) throw std::bad_alloc();
    return cipher;
  }();
  return kCipher;
}

CipherContext NewContext(const SecretBytes& key) {
  CipherContext context(EVP_CIPHER_CTX_new());
  if (!context || EVP_DecryptInit_ex2(context.get(), ChaCha20Poly1305(), key.Expose().data(),
                                      nullptr, nullptr) != 1) {
    throw std::bad_alloc();
  }
  return context;
}

bool OpenLarge(EVP_CIPHER_CTX* context, const Nonce& nonce, std::span<const std::uint8_t> sealed,
               std::uint8_t* out) {
  const auto text = sealed.first(sealed.size() - kChunkTagSize);
  std::array<std::uint8_t, kChunkTagSize> tag;  // OpenSSL wants it mutable
  std::copy_n(sealed.last(kChunkTagSize).begin(), kChunkTagSize, tag.begin());
  int size = 0;
  int rest = 0;
  const bool opened =
      EVP_DecryptInit_ex2(context, nullptr, nullptr, nonce.data(), nullptr) == 1 &&
      EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, static_cast<int>(tag.size()),
                          tag.data()) == 1 &&
      EVP_DecryptUpdate(context, out, &size, text.data(), static_cast<int>(text.size())) == 1 &&
      EVP_DecryptFinal_ex(context, out + size, &rest) == 1;
  if (!opened) sodium_memzero(out, text.size());
  return opened;
}

}  // namespace

Failure BadPayload(Code code, std::string_view what) {
  return Fail(code, std::string("payload: ").append(what));
}

ChunkOpener::ChunkOpener(const FileKey& file_key, std::span<const std::uint8_t> nonce)
    : key_(HkdfSha256(file_key.bytes.Expose(), nonce, "payload")) {}

bool ChunkOpener::Open(std::uint64_t index, bool last, std::span<const std::uint8_t> sealed,
                       std::uint8_t* out) {
  const Nonce nonce = NonceOf(index, last);
  if (sealed.size() < kLarge) {
    return crypto_aead_chacha20poly1305_ietf_decrypt(out, nullptr, nullptr, sealed.data(),
                                                     sealed.size(), nullptr, 0, nonce.data(),
                                                     key_.Expose().data()) == 0;
  }
  if (!context_) context_ = NewContext(key_);
  return OpenLarge(context_.get(), nonce, sealed, out);
}

Failure ChunkOpener::Corrupt(std::uint64_t index) {
  return BadPayload(Code::kAuthFailed, "failed to decrypt and authenticate chunk " +
                                           std::to_string(index) +
                                           ", file may be corrupted or tampered with");
}

}  // namespace acd::age
