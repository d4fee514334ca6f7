#include "decrypt/age/hpke.h"

#include <span>

#include "decrypt/age/kdf.h"

namespace acd::age {
namespace {

constexpr std::uint16_t kHkdfSha256 = 0x0001;
constexpr std::uint16_t kChaCha20Poly1305 = 0x0003;
constexpr std::size_t kNonceSize = 12;
constexpr std::string_view kVersion = "HPKE-v1";

void AppendNumber(std::size_t value, SecretBytes& out) {
  out.Append(static_cast<char>(value >> 8U & 0xFFU));
  out.Append(static_cast<char>(value & 0xFFU));
}

class Labeled {
 public:
  explicit Labeled(std::uint16_t kem_id) {
    suite_.Append("HPKE");
    for (const std::uint16_t id : {kem_id, kHkdfSha256, kChaCha20Poly1305}) {
      AppendNumber(id, suite_);
    }
  }

  SecretBytes Extract(std::span<const std::uint8_t> salt, std::string_view label,
                      std::span<const std::uint8_t> input_key) const {
    SecretBytes message = Begin(label);
    message.Append(input_key);
    return HmacSha256(salt, message.Expose());
  }

  // `size`: at most one block of the hash.
  SecretBytes Expand(const SecretBytes& key, std::string_view label,
                     std::span<const std::uint8_t> info, std::size_t size) const {
    SecretBytes message;
    AppendNumber(size, message);
    message.Append(Begin(label).Expose());
    message.Append(info);
    message.Append('\x01');  // the block's number
    SecretBytes block = HmacSha256(key.Expose(), message.Expose());
    block.Resize(size);
    return block;
  }

 private:
  SecretBytes Begin(std::string_view label) const {
    SecretBytes message;
    message.Append(kVersion);
    message.Append(suite_.Expose());
    message.Append(label);
    return message;
  }

  SecretBytes suite_;
};

}  // namespace

HpkeKeys HpkeSchedule(std::uint16_t kem_id, const SecretBytes& shared_secret,
                      std::string_view info) {
  const Labeled labeled(kem_id);
  SecretBytes context;
  context.Append('\0');  // mode_base
  context.Append(labeled.Extract({}, "psk_id_hash", {}).Expose());
  context.Append(labeled.Extract({}, "info_hash", AsBytes(info)).Expose());
  const SecretBytes secret = labeled.Extract(shared_secret.Expose(), "secret", {});
  return {labeled.Expand(secret, "key", context.Expose(), kKeySize),
          labeled.Expand(secret, "base_nonce", context.Expose(), kNonceSize)};
}

}  // namespace acd::age
