// Shares of a secret that is split here give it back, whichever are used; shares of any bytes never
// crash.
#include <fuzzer/FuzzedDataProvider.h>

#include <numeric>
#include <vector>

#include "decrypt/sops/shamir.h"
#include "tests/fuzz/claim.h"

using namespace acd;

namespace {

/// In GF(2^8) modulo x^8+x^4+x^3+x+1, bit by bit.
std::uint8_t Times(std::uint8_t a, std::uint8_t b) {
  unsigned product = 0, left = a;
  for (int bit = 0; bit < 8; ++bit, left <<= 1U) {
    if ((b >> bit & 1) != 0) product ^= left;
  }
  for (int bit = 15; bit >= 8; --bit) {
    if ((product >> bit & 1U) != 0) product ^= 0x11BU << (bit - 8);
  }
  return static_cast<std::uint8_t>(product);
}

SecretBytes ShareAt(std::uint8_t x, const std::vector<std::vector<std::uint8_t>>& polynomials) {
  SecretBytes share;
  for (const auto& coefficients : polynomials) {
    std::uint8_t y = 0;
    for (auto c = coefficients.rbegin(); c != coefficients.rend(); ++c) {
      y = static_cast<std::uint8_t>(Times(y, x) ^ *c);
    }
    share.Append(static_cast<char>(y));
  }
  share.Append(static_cast<char>(x));
  return share;
}

void Split(FuzzedDataProvider& from) {
  const auto threshold = from.ConsumeIntegralInRange<std::size_t>(2, 6);
  const auto count = from.ConsumeIntegralInRange<std::size_t>(threshold, 10);
  const auto size = from.ConsumeIntegralInRange<std::size_t>(1, 40);
  std::vector<std::vector<std::uint8_t>> polynomials(size);
  for (auto& coefficients : polynomials) {
    coefficients = from.ConsumeBytes<std::uint8_t>(threshold);
    coefficients.resize(threshold);
  }
  std::vector<SecretBytes> shares;
  std::vector<std::uint8_t> xs(255);
  std::iota(xs.begin(), xs.end(), std::uint8_t{1});
  for (std::size_t i = 0; i < count; ++i) {
    std::swap(xs[i], xs[from.ConsumeIntegralInRange<std::size_t>(i, xs.size() - 1)]);
    shares.push_back(ShareAt(xs[i], polynomials));
  }
  const auto secret = sops::CombineShares(shares);
  fuzz::Claim(secret.has_value() && secret->size() == size, "enough shares give the secret");
  for (std::size_t i = 0; i < size; ++i) {
    fuzz::Claim(secret->Expose()[i] == polynomials[i].front(), "and it is the one that was split");
  }
}

void Combine(FuzzedDataProvider& from) {
  std::vector<SecretBytes> shares;
  while (from.remaining_bytes() > 0 && shares.size() < 300) {
    shares.push_back(SecretBytes::CopyOf(from.ConsumeRandomLengthString(40)));
  }
  const auto secret = sops::CombineShares(shares);
  if (!secret) fuzz::ClaimGoodError(secret.error());
  if (shares.size() < 2) fuzz::Claim(!secret.has_value(), "one share is no secret");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  FuzzedDataProvider from(data, size);
  if (from.ConsumeBool()) {
    Split(from);
  } else {
    Combine(from);
  }
  return 0;
}
