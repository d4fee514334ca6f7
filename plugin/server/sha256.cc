#include "plugin/server/sha256.h"

#include <openssl/evp.h>

#include <array>
#include <cstdlib>

#include "decrypt/base/openssl.h"

namespace acd::server {

struct Sha256::Context {
  DigestContext evp{EVP_MD_CTX_new()};
};

Sha256::Sha256() : context_(std::make_unique<Context>()) {
  // Fails only when memory is out or the library is broken: no request could be served then.
  if (!context_->evp || EVP_DigestInit_ex2(context_->evp.get(), acd::Sha256(), nullptr) != 1) {
    std::abort();
  }
}

Sha256::~Sha256() = default;

void Sha256::Update(std::span<const std::uint8_t> bytes) {
  if (EVP_DigestUpdate(context_->evp.get(), bytes.data(), bytes.size()) != 1) std::abort();
}

std::string Sha256::FinishHex() {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  if (EVP_DigestFinal_ex(context_->evp.get(), digest.data(), &size) != 1) std::abort();
  constexpr char kHex[] = "0123456789abcdef";
  std::string hex;
  hex.reserve(std::size_t{2} * size);
  for (unsigned int i = 0; i < size; ++i) {
    hex.push_back(kHex[digest.at(i) >> 4U]);
    hex.push_back(kHex[digest.at(i) & 0xFU]);
  }
  return hex;
}

}  // namespace acd::server
