#include "decrypt/sops/shamir.h"

#include <bitset>
#include <cstdint>

namespace acd::sops {
namespace {

/// Product in GF(2^8), without a branch or a table that depends on the operands.
std::uint8_t Multiply(std::uint8_t a, std::uint8_t b) {
  unsigned product = 0;
  unsigned factor = a;
  for (unsigned bit = 0; bit < 8; ++bit) {
    product ^= factor & (0U - ((b >> bit) & 1U));
    factor = (factor << 1U) ^ (0x11BU & (0U - (factor >> 7U)));
  }
  return static_cast<std::uint8_t>(product);
}

/// a^254 = a^-1. Zero has none and gives zero.
std::uint8_t Invert(std::uint8_t a) {
  std::uint8_t result = 1;
  for (unsigned bit = 7; bit > 0; --bit) {  // 254 = 11111110 in binary
    result = Multiply(Multiply(result, result), a);
  }
  return Multiply(result, result);
}

Status CheckShares(const std::vector<SecretBytes>& shares) {
  if (shares.size() < 2) {
    return Fail(Code::kInvalidInput,
                "less than two parts cannot be used to reconstruct the secret");
  }
  const std::size_t size = shares.front().size();
  if (size < 2) return Fail(Code::kInvalidInput, "parts must be at least two bytes");
  std::bitset<256> seen;
  for (const SecretBytes& share : shares) {
    if (share.size() != size) {
      return Fail(Code::kInvalidInput, "all parts must be the same length");
    }
    const std::uint8_t x = share.Expose().back();
    if (seen.test(x)) return Fail(Code::kInvalidInput, "duplicate part detected");
    if (x == 0) {
      return Fail(Code::kInvalidInput, "part with x = 0, which would be the secret itself");
    }
    seen.set(x);
  }
  return {};
}

}  // namespace

Result<SecretBytes> CombineShares(const std::vector<SecretBytes>& shares) {
  ACD_CHECK(CheckShares(shares));
  const std::size_t size = shares.front().size() - 1;
  SecretBytes secret(size);
  const auto out = secret.ExposeMutable();
  for (const SecretBytes& share : shares) {
    // The Lagrange basis at zero: product of x_j / (x_j - x_i); subtraction is XOR. The x are
    // public.
    const std::uint8_t x = share.Expose().back();
    std::uint8_t weight = 1;
    for (const SecretBytes& other : shares) {
      const std::uint8_t other_x = other.Expose().back();
      if (other_x == x) continue;
      weight = Multiply(weight, Multiply(other_x, Invert(static_cast<std::uint8_t>(other_x ^ x))));
    }
    const auto bytes = share.Expose();
    for (std::size_t i = 0; i < size; ++i) {
      out[i] = static_cast<std::uint8_t>(out[i] ^ Multiply(bytes[i], weight));
    }
  }
  return secret;
}

}  // namespace acd::sops
