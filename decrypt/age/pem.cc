#include "decrypt/age/pem.h"

#include <openssl/bio.h>
#include <openssl/crypto.h>
#include <openssl/pem.h>

#include <cstring>
#include <limits>
#include <memory>
#include <span>

#include "decrypt/age/openssl_key.h"

namespace acd::age {
namespace {

struct BioDeleter {
  void operator()(BIO* bio) const { BIO_free(bio); }
};

}  // namespace

std::optional<PemBlock> ReadPem(std::string_view text) {
  if (text.size() > static_cast<std::size_t>(std::numeric_limits<int>::max())) return std::nullopt;
  const QuietOpenSsl quiet;
  const std::unique_ptr<BIO, BioDeleter> bio(
      BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
  char* label = nullptr;
  char* header = nullptr;
  unsigned char* data = nullptr;
  long size = 0;
  // "Secure": whatever held the text on the way is wiped.
  if (!bio || PEM_read_bio_ex(bio.get(), &label, &header, &data, &size, PEM_FLAG_SECURE) != 1) {
    return std::nullopt;
  }
  PemBlock block;
  block.label = label;
  block.encrypted = std::strstr(header, "ENCRYPTED") != nullptr;
  block.data = SecretBytes::CopyOf(std::span(data, static_cast<std::size_t>(size)));
  OPENSSL_secure_free(label);
  OPENSSL_secure_free(header);
  OPENSSL_secure_clear_free(data, static_cast<std::size_t>(size));
  return block;
}

}  // namespace acd::age
