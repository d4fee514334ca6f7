// A payload sealed here, then changed as the input says: it opens whole, or not at all. And any
// bytes.
#include <fuzzer/FuzzedDataProvider.h>
#include <sodium.h>

#include <array>
#include <string>
#include <vector>

#include "decrypt/age/kdf.h"
#include "decrypt/age/stream.h"
#include "tests/fuzz/claim.h"

using namespace acd;

namespace {

constexpr std::size_t kNonce = 16, kTag = 16, kChunk = 65536;
using Payload = std::vector<std::uint8_t>;

Payload Seal(const age::FileKey& key, const std::string& plain) {
  Payload out(kNonce, 7);
  const SecretBytes chunk_key = age::HkdfSha256(key.bytes.Expose(), out, "payload");
  std::uint64_t index = 0;
  for (std::size_t at = 0; at == 0 || at < plain.size(); at += kChunk, ++index) {
    const std::string chunk = plain.substr(at, kChunk);
    std::array<std::uint8_t, 12> nonce = {};
    nonce[10] = static_cast<std::uint8_t>(index);
    nonce[11] = at + kChunk >= plain.size() ? 1 : 0;
    const std::size_t before = out.size();
    out.resize(before + chunk.size() + kTag);
    crypto_aead_chacha20poly1305_ietf_encrypt(
        out.data() + before, nullptr, reinterpret_cast<const unsigned char*>(chunk.data()),
        chunk.size(), nullptr, 0, nullptr, nonce.data(), chunk_key.Expose().data());
  }
  return out;
}

/// Cuts, repeats or flips what the input says.
void Change(FuzzedDataProvider& from, Payload& payload) {
  for (int left = from.ConsumeIntegralInRange(0, 3); left > 0 && !payload.empty(); --left) {
    const auto at = from.ConsumeIntegralInRange<std::size_t>(0, payload.size() - 1);
    const auto n = from.ConsumeIntegralInRange<std::size_t>(0, payload.size() - at);
    const auto begin = payload.begin() + static_cast<std::ptrdiff_t>(at);
    switch (from.ConsumeIntegralInRange(0, 3)) {
      case 0:
        payload[at] ^= from.ConsumeIntegral<std::uint8_t>();
        break;
      case 1:
        payload.erase(begin, begin + static_cast<std::ptrdiff_t>(n));
        break;
      case 2: {
        const Payload part(begin, begin + static_cast<std::ptrdiff_t>(n));
        payload.insert(payload.end(), part.begin(), part.end());
        break;
      }
      default: {
        const auto more = from.ConsumeBytes<std::uint8_t>(20);
        payload.insert(begin, more.begin(), more.end());
      }
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  FuzzedDataProvider from(data, size);
  const age::FileKey key{SecretBytes(age::kFileKeySize)};
  if (from.ConsumeBool()) {
    const auto bytes = from.ConsumeRemainingBytes<std::uint8_t>();
    const auto plain = age::DecryptPayload(key, bytes);
    if (!plain) fuzz::ClaimGoodError(plain.error());
    return 0;
  }
  constexpr std::array<std::size_t, 6> kSizes = {0, 1, 100, kChunk - 1, kChunk, kChunk + 1};
  const std::string plain(from.PickValueInArray(kSizes), 'p');
  const Payload sealed = Seal(key, plain);
  Payload changed = sealed;
  Change(from, changed);
  const auto opened = age::DecryptPayload(key, changed);
  if (!opened) {
    fuzz::ClaimGoodError(opened.error(), {}, "pppp");
    fuzz::Claim(changed != sealed, "what is unchanged opens");
    return 0;
  }
  fuzz::Claim(changed == sealed, "what is changed does not open");
  fuzz::Claim(opened->ExposeText() == plain, "what opens is what was sealed");
  return 0;
}
