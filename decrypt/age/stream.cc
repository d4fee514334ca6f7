#include "decrypt/age/stream.h"

#include <sodium.h>

#include <array>
#include <cstddef>
#include <string>

#include "decrypt/age/kdf.h"

namespace acd::age {
namespace {

constexpr std::size_t kNonceSize = 16;
constexpr std::size_t kTagSize = crypto_aead_chacha20poly1305_ietf_ABYTES;
constexpr std::size_t kChunkSize = std::size_t{64} * 1024;
constexpr std::size_t kSealedChunkSize = kChunkSize + kTagSize;

Failure BadPayload(Code code, std::string_view what) {
  return Fail(code, std::string("payload: ").append(what));
}

// `out` has room for the chunk without its tag.
bool OpenChunk(const SecretBytes& key, std::uint64_t index, bool last,
               std::span<const std::uint8_t> sealed, std::uint8_t* out) {
  // 11 bytes of counter, big endian, and the flag of the last chunk.
  std::array<std::uint8_t, crypto_aead_chacha20poly1305_ietf_NPUBBYTES> nonce = {};
  for (std::size_t i = 0; i < sizeof index; ++i) {
    nonce[10 - i] = static_cast<std::uint8_t>(index >> (8 * i));
  }
  nonce[11] = last ? 1 : 0;
  return crypto_aead_chacha20poly1305_ietf_decrypt(out, nullptr, nullptr, sealed.data(),
                                                   sealed.size(), nullptr, 0, nonce.data(),
                                                   key.Expose().data()) == 0;
}

// The chunk did not open as what its place makes it; `was_opposite`: it opens with the other flag.
Failure ExplainChunk(std::uint64_t index, bool is_last, bool was_opposite) {
  if (was_opposite) {
    return BadPayload(Code::kInvalidInput, is_last ? "truncated: the last chunk is missing"
                                                   : "trailing data after the last chunk");
  }
  return BadPayload(Code::kAuthFailed, "failed to decrypt and authenticate chunk " +
                                           std::to_string(index) +
                                           ", file may be corrupted or tampered with");
}

}  // namespace

Result<SecretBytes> DecryptPayload(const FileKey& file_key, std::span<const std::uint8_t> input) {
  if (input.size() < kNonceSize) {
    return Fail(Code::kInvalidInput, "header: failed to read nonce: unexpected end of file");
  }
  const SecretBytes key = HkdfSha256(file_key.bytes.Expose(), input.first(kNonceSize), "payload");
  std::span<const std::uint8_t> rest = input.subspan(kNonceSize);
  if (rest.empty()) return BadPayload(Code::kInvalidInput, "truncated: no chunk");

  const std::size_t chunks = (rest.size() + kSealedChunkSize - 1) / kSealedChunkSize;
  const std::size_t last_size = rest.size() - (chunks - 1) * kSealedChunkSize;
  if (last_size < kTagSize) {
    return BadPayload(Code::kInvalidInput, "truncated: the last chunk is incomplete");
  }
  if (last_size == kTagSize && chunks > 1) {
    return BadPayload(Code::kInvalidInput, "last chunk is empty");
  }
  SecretBytes plaintext(rest.size() - chunks * kTagSize);
  std::uint8_t* out = plaintext.ExposeMutable().data();
  std::uint8_t empty = 0;  // the cipher wants an address even for no bytes
  for (std::uint64_t index = 0; !rest.empty(); ++index) {
    const bool last = rest.size() <= kSealedChunkSize;
    const auto sealed = last ? rest : rest.first(kSealedChunkSize);
    std::uint8_t* to = plaintext.empty() ? &empty : out;
    if (!OpenChunk(key, index, last, sealed, to)) {
      return ExplainChunk(index, last, OpenChunk(key, index, !last, sealed, to));
    }
    out += sealed.size() - kTagSize;
    rest = rest.subspan(sealed.size());
  }
  return plaintext;
}

}  // namespace acd::age
