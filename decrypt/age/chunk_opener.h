#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "decrypt/age/file_key.h"
#include "decrypt/base/openssl.h"
#include "decrypt/base/result.h"
#include "decrypt/base/secret_bytes.h"

namespace acd::age {

inline constexpr std::size_t kPayloadNonceSize = 16;
inline constexpr std::size_t kChunkTagSize = 16;
inline constexpr std::size_t kChunkSize = std::size_t{64} * 1024;
inline constexpr std::size_t kSealedChunkSize = kChunkSize + kChunkTagSize;

/// Opens the chunks of one payload. Not for concurrent use.
class ChunkOpener {
 public:
  /// `nonce`: kPayloadNonceSize bytes, the beginning of the payload.
  ChunkOpener(const FileKey& file_key, std::span<const std::uint8_t> nonce);

  /// Opens the chunk that has this place. `sealed`: kChunkTagSize bytes or more. `out` has room for
  /// it without its tag; it is not an address inside `sealed`. False: it does not authenticate, and
  /// `out` holds nothing.
  bool Open(std::uint64_t index, bool last, std::span<const std::uint8_t> sealed,
            std::uint8_t* out);

  /// The error for a chunk that did not open as what its place makes it, if it did not with the
  /// other flag either.
  static Failure Corrupt(std::uint64_t index);

 private:
  SecretBytes key_;
  CipherContext context_;  ///< made by the first large chunk
};

Failure BadPayload(Code code, std::string_view what);

}  // namespace acd::age
