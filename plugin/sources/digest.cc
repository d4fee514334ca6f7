#include "plugin/sources/digest.h"

#include <openssl/evp.h>

#include <array>
#include <cstdlib>

#include "decrypt/base/openssl.h"

namespace acd::sources {

std::string Sha256Hex(std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  // Fails only when memory is out or the library is broken.
  if (EVP_Digest(text.data(), text.size(), digest.data(), &size, acd::Sha256(), nullptr) != 1) {
    std::abort();
  }
  constexpr char kHex[] = "0123456789abcdef";
  std::string hex;
  for (unsigned int i = 0; i < size; ++i) {
    hex.push_back(kHex[digest.at(i) >> 4U]);
    hex.push_back(kHex[digest.at(i) & 0xFU]);
  }
  return hex;
}

}  // namespace acd::sources
