#include "decrypt/age/kdf.h"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <new>

#include "decrypt/base/openssl.h"

namespace acd::age {
namespace {

constexpr std::size_t kBlockSize = 64;  // of SHA-256

// OpenSSL's, for the processor's own SHA instructions: of what opening a small file takes, a tenth
// was hashing. Its EVP_MAC takes longer to set up than such a message to hash.
class Hmac {
 public:
  explicit Hmac(std::span<const std::uint8_t> key) : context_(EVP_MD_CTX_new()), pad_(kBlockSize) {
    if (!context_) throw std::bad_alloc();
    const std::span<std::uint8_t> pad = pad_.ExposeMutable();
    if (key.size() > kBlockSize) {
      Begin();
      Update(key);
      Finish(pad);
    } else {
      std::copy(key.begin(), key.end(), pad.begin());
    }
    MixPad(kInner);
    Begin();
    Update(pad);
  }

  void Update(std::span<const std::uint8_t> bytes) {
    Must(EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()));
  }
  SecretBytes Final() {
    SecretBytes out(kKeySize);
    Finish(out.ExposeMutable());
    MixPad(kInner ^ kOuter);
    Begin();
    Update(pad_.Expose());
    Update(out.Expose());
    Finish(out.ExposeMutable());
    return out;
  }

 private:
  static constexpr std::uint8_t kInner = 0x36;
  static constexpr std::uint8_t kOuter = 0x5C;

  static void Must(int success) {
    if (success != 1) throw std::bad_alloc();  // nothing else can go wrong
  }
  void Begin() { Must(EVP_DigestInit_ex2(context_.get(), Sha256(), nullptr)); }
  void Finish(std::span<std::uint8_t> digest) {
    Must(EVP_DigestFinal_ex(context_.get(), digest.data(), nullptr));
  }
  void MixPad(std::uint8_t with) {
    for (std::uint8_t& byte : pad_.ExposeMutable()) byte ^= with;
  }

  DigestContext context_;  // wiped when it is freed
  SecretBytes pad_;        // the key, as it is mixed in last
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
