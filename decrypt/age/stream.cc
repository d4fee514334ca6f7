#include "decrypt/age/stream.h"

#include <array>
#include <utility>

#include "decrypt/age/chunk_opener.h"

namespace acd::age {
namespace {

Failure NoNonce() {
  return Fail(Code::kInvalidInput, "header: failed to read nonce: unexpected end of file");
}

// What the size of a last chunk rules out.
Status CheckLastSize(std::uint64_t index, std::size_t size) {
  if (size == 0) {
    return BadPayload(Code::kInvalidInput,
                      index == 0 ? "truncated: no chunk" : "truncated: the last chunk is missing");
  }
  if (size < kChunkTagSize) {
    return BadPayload(Code::kInvalidInput, "truncated: the last chunk is incomplete");
  }
  if (size == kChunkTagSize && index > 0) {
    return BadPayload(Code::kInvalidInput, "last chunk is empty");
  }
  return {};
}

// The chunk did not open as what its place makes it; `was_opposite`: it opens with the other flag.
Failure ExplainChunk(std::uint64_t index, bool is_last, bool was_opposite) {
  if (!was_opposite) return ChunkOpener::Corrupt(index);
  return BadPayload(Code::kInvalidInput, is_last ? "truncated: the last chunk is missing"
                                                 : "trailing data after the last chunk");
}

Status CheckAtEnd(BufferedSource& source) {
  std::array<std::uint8_t, 1> behind;
  ACD_TRY(const std::size_t got, source.ReadFull(behind));
  if (got > 0) return BadPayload(Code::kInvalidInput, "trailing data after the last chunk");
  return {};
}

}  // namespace

Result<SecretBytes> DecryptPayload(const FileKey& file_key, std::span<const std::uint8_t> input) {
  if (input.size() < kPayloadNonceSize) return NoNonce();
  ChunkOpener opener(file_key, input.first(kPayloadNonceSize));
  std::span<const std::uint8_t> rest = input.subspan(kPayloadNonceSize);

  const std::size_t before_last = rest.empty() ? 0 : (rest.size() - 1) / kSealedChunkSize;
  ACD_CHECK(CheckLastSize(before_last, rest.size() - before_last * kSealedChunkSize));
  SecretBytes plaintext(rest.size() - (before_last + 1) * kChunkTagSize);
  std::uint8_t* out = plaintext.ExposeMutable().data();
  std::uint8_t empty = 0;  // the cipher wants an address even for no bytes
  for (std::uint64_t index = 0; !rest.empty(); ++index) {
    const bool last = rest.size() <= kSealedChunkSize;
    const auto sealed = last ? rest : rest.first(kSealedChunkSize);
    std::uint8_t* to = plaintext.empty() ? &empty : out;
    if (!opener.Open(index, last, sealed, to)) {
      return ExplainChunk(index, last, opener.Open(index, !last, sealed, to));
    }
    out += sealed.size() - kChunkTagSize;
    rest = rest.subspan(sealed.size());
  }
  return plaintext;
}

Status DecryptPayloadStream(const FileKey& file_key, BufferedSource& source,
                            const WriteBytes& write) {
  std::array<std::uint8_t, kPayloadNonceSize> nonce;
  ACD_TRY(const std::size_t nonce_size, source.ReadFull(nonce));
  if (nonce_size < nonce.size()) return NoNonce();
  ChunkOpener opener(file_key, nonce);
  std::vector<std::uint8_t> chunk(kSealedChunkSize);
  SecretBytes plain(kChunkSize);
  std::uint8_t* const out = plain.ExposeMutable().data();
  for (std::uint64_t index = 0;; ++index) {
    ACD_TRY(const std::size_t size, source.ReadFull(chunk));
    const auto sealed = std::span<const std::uint8_t>(chunk).first(size);
    const bool full = size == kSealedChunkSize;
    if (!full) ACD_CHECK(CheckLastSize(index, size));
    // A full chunk is the last one only if it says so.
    const bool last = !full || !opener.Open(index, false, sealed, out);
    if (last && !opener.Open(index, true, sealed, out)) {
      return ExplainChunk(index, true, !full && opener.Open(index, false, sealed, out));
    }
    ACD_CHECK(write(plain.Expose().first(size - kChunkTagSize)));
    if (last) return CheckAtEnd(source);
  }
}

}  // namespace acd::age
