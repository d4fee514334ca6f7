#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "decrypt/base/secret_bytes.h"

namespace acd::age {

inline constexpr std::size_t kFileKeySize = 16;
/// Of a file key that is wrapped with ChaCha20-Poly1305.
inline constexpr std::size_t kWrappedKeySize = kFileKeySize + 16;

/// The key that a recipient stanza wraps and that header MAC and payload key derive from.
struct FileKey {
  SecretBytes bytes;  ///< exactly kFileKeySize
};

/// Opens the body of a stanza, kWrappedKeySize bytes, with ChaCha20-Poly1305 under a key of
/// kKeySize bytes that is used once. `nonce`: 12 bytes, zero if empty.
/// nullopt: it does not authenticate, which mostly means that the stanza is for somebody else.
std::optional<FileKey> OpenFileKey(const SecretBytes& wrap_key, std::span<const std::uint8_t> body,
                                   std::span<const std::uint8_t> nonce = {});

}  // namespace acd::age
