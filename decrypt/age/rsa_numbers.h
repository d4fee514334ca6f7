#pragma once

#include <cstdint>
#include <span>

#include "decrypt/age/openssl_key.h"

namespace acd::age {

/// An RSA key as SSH writes it down; big endian, borrowed.
struct RsaNumbers {
  std::span<const std::uint8_t> modulus;
  std::span<const std::uint8_t> public_exponent;
  std::span<const std::uint8_t> private_exponent;
  std::span<const std::uint8_t> prime1;
  std::span<const std::uint8_t> prime2;
};

/// The key, with what follows from these numbers computed, or null: they are too large or make no
/// key.
OpenSslKey MakeRsaKey(const RsaNumbers& numbers);

/// Whether the numbers of an RSA key belong together: the modulus is the product of its two primes,
/// and the exponents undo each other. Not whether the primes are prime.
bool IsConsistentRsa(const OpenSslKey& key);

}  // namespace acd::age
