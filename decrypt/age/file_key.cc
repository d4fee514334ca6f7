#include "decrypt/age/file_key.h"

#include <sodium.h>

#include <algorithm>
#include <array>

#include "decrypt/age/kdf.h"

namespace acd::age {

static_assert(kKeySize == crypto_aead_chacha20poly1305_ietf_KEYBYTES);
static_assert(kWrappedKeySize == kFileKeySize + crypto_aead_chacha20poly1305_ietf_ABYTES);

std::optional<FileKey> OpenFileKey(const SecretBytes& wrap_key, std::span<const std::uint8_t> body,
                                   std::span<const std::uint8_t> nonce) {
  std::array<std::uint8_t, crypto_aead_chacha20poly1305_ietf_NPUBBYTES> full_nonce = {};
  if (body.size() != kWrappedKeySize || wrap_key.size() != kKeySize) return std::nullopt;
  if (nonce.size() == full_nonce.size()) {
    std::copy(nonce.begin(), nonce.end(), full_nonce.begin());
  }
  FileKey file_key{SecretBytes(kFileKeySize)};
  if (crypto_aead_chacha20poly1305_ietf_decrypt(file_key.bytes.ExposeMutable().data(), nullptr,
                                                nullptr, body.data(), body.size(), nullptr, 0,
                                                full_nonce.data(), wrap_key.Expose().data()) != 0) {
    return std::nullopt;
  }
  return file_key;
}

}  // namespace acd::age
