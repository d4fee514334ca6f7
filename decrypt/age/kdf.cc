#include "decrypt/age/kdf.h"

#include <sodium.h>

#include <array>

namespace acd::age {
namespace {

static_assert(kKeySize == crypto_auth_hmacsha256_BYTES);

// The hash state is derived from the key, so it is wiped like one.
class Hmac {
 public:
  explicit Hmac(std::span<const std::uint8_t> key) {
    constexpr std::uint8_t kNoByte = 0;  // an empty span has no address, libsodium wants one
    crypto_auth_hmacsha256_init(&state_, key.empty() ? &kNoByte : key.data(), key.size());
  }
  Hmac(const Hmac&) = delete;
  Hmac& operator=(const Hmac&) = delete;
  ~Hmac() { sodium_memzero(&state_, sizeof state_); }

  void Update(std::span<const std::uint8_t> bytes) {
    crypto_auth_hmacsha256_update(&state_, bytes.data(), bytes.size());
  }
  SecretBytes Final() {
    SecretBytes out(kKeySize);
    crypto_auth_hmacsha256_final(&state_, out.ExposeMutable().data());
    return out;
  }

 private:
  crypto_auth_hmacsha256_state state_;
};

}  // namespace

SecretBytes HmacSha256(std::span<const std::uint8_t> key, std::span<const std::uint8_t> message) {
  Hmac hmac(key);
  hmac.Update(message);
  return hmac.Final();
}

SecretBytes HkdfSha256(std::span<const std::uint8_t> input_key, std::span<const std::uint8_t> salt,
                       std::string_view info) {
  // An absent salt is a string of zeros as long as the hash, which HMAC's key padding makes equal
  // to the empty key.
  const SecretBytes extracted = HmacSha256(salt, input_key);
  Hmac expand(extracted.Expose());
  constexpr std::array<std::uint8_t, 1> kFirstBlock = {1};
  expand.Update(AsBytes(info));
  expand.Update(kFirstBlock);
  return expand.Final();
}

}  // namespace acd::age
