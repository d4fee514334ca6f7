#include "decrypt/sops/enc_value.h"

#include <openssl/evp.h>

#include <array>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "decrypt/base/encoding.h"
#include "decrypt/base/openssl.h"
#include "decrypt/sops/go_number.h"
#include "decrypt/sops/go_time.h"

namespace acd::sops {
namespace {

constexpr std::size_t kTagSize = 16;
constexpr std::size_t kMaxIvSize = 128;  // GCM_IV_MAX_SIZE of OpenSSL's providers

/// The last occurrence of `marker`, which starts with a comma, that leaves at least one character
/// between itself and `end`. Looks for commas, which are rare: base64 has none.
std::size_t FindBefore(std::string_view text, std::string_view marker, std::size_t end) {
  std::size_t size = end < marker.size() ? 0 : end - marker.size();  // where it may begin
  while (size > 0) {
    const void* comma = memrchr(text.data(), ',', size);
    if (comma == nullptr) break;
    size = static_cast<std::size_t>(static_cast<const char*>(comma) - text.data());
    if (text.substr(size).starts_with(marker)) return size;
  }
  return std::string_view::npos;
}

/// Decodes a field to `to`, which has room for it.
Result<std::size_t> DecodeField(std::string_view name, std::string_view text, std::uint8_t* to) {
  auto size = DecodeBase64GoTo(text, to);
  if (!size) {
    return Fail(std::move(size).error().With("Error base64-decoding " + std::string(name)));
  }
  return size;
}

Failure AuthFailed() {
  return Fail(Code::kAuthFailed,
              "Could not decrypt with AES_GCM: cipher: message authentication failed",
              "the value was changed, or moved to another key, after it was encrypted; restore the "
              "file from git, or set the value again with sops");
}

Result<Node> ParseTime(std::string_view text) {
  ACD_TRY(const GoTime time, ParseGoTime(text, QuoteInput::kNo));
  if (std::abs(time.offset_minutes) >= 24 * 60) {
    return Fail(Code::kInvalidInput, "timezone hour outside of range [0,23]");
  }
  return Node(Timestamp{time.Rfc3339Nano()});
}

/// The decrypted bytes as what the ENC text says they are.
Result<Node> ReadAs(std::string_view type, SecretBytes plain) {
  const std::string_view text = plain.ExposeText();
  if (type == "str") return Result<Node>(std::move(plain));  // set where it stands
  if (type == "comment") return Node(Comment{std::move(plain)});
  if (type == "int") {
    ACD_TRY(const std::int64_t value, ParseGoInt(text));
    return Node(value);
  }
  if (type == "float") {
    ACD_TRY(const double value, ParseGoFloat(text));
    return Node(value);
  }
  if (type == "bool") {
    ACD_TRY(const bool value, ParseGoBool(text));
    return Node(value);
  }
  if (type == "time") return ParseTime(text);
  // sops itself crashes on "bytes", which none of its versions writes: never to be kept as text.
  if (type == "bytes") return Fail(Code::kUnsupported, "Unknown datatype: bytes");
  const std::string_view shown = type.substr(0, 32);
  for (char c : shown) {
    if (c < 0x20 || c > 0x7E) return Fail(Code::kInvalidInput, "Unknown datatype");
  }
  return Fail(Code::kInvalidInput, "Unknown datatype: " + std::string(shown));
}

}  // namespace

std::optional<EncText> ParseEncText(std::string_view text) {
  constexpr std::string_view kPrefix = "ENC[AES256_GCM,data:";
  constexpr std::string_view kIv = ",iv:", kTag = ",tag:", kType = ",type:";
  if (!text.starts_with(kPrefix)) return std::nullopt;
  text = text.substr(0, text.find('\n'));  // a dot does not match LF
  // From the right, because each group is greedy: the last bracket, the last `,type:` before it,
  // ...
  const std::size_t end = text.rfind(']');
  if (end == std::string_view::npos) return std::nullopt;
  const std::size_t type = FindBefore(text, kType, end);
  if (type == std::string_view::npos) return std::nullopt;
  const std::size_t tag = FindBefore(text, kTag, type);
  if (tag == std::string_view::npos) return std::nullopt;
  const std::size_t iv = FindBefore(text, kIv, tag);
  if (iv == std::string_view::npos || iv <= kPrefix.size()) return std::nullopt;
  const auto between = [&](std::size_t begin, std::size_t stop) {
    return text.substr(begin, stop - begin);
  };
  return EncText{between(kPrefix.size(), iv), between(iv + kIv.size(), tag),
                 between(tag + kTag.size(), type), between(type + kType.size(), end)};
}

struct ValueCipher::Impl {
  CipherContext context;  ///< holds the expanded key; null for a key of a wrong size
  std::size_t key_size = 0;
  std::size_t iv_size = 0;

  Result<SecretBytes> Open(std::span<const std::uint8_t> iv, SecretBytes sealed,
                           std::string_view aad);
};

ValueCipher::ValueCipher(const SecretBytes& data_key) : impl_(std::make_unique<Impl>()) {
  impl_->key_size = data_key.size();
  const EVP_CIPHER* cipher = AesGcm(data_key.size());
  if (cipher == nullptr) return;
  CipherContext context(EVP_CIPHER_CTX_new());
  if (context != nullptr &&
      EVP_DecryptInit_ex2(context.get(), cipher, data_key.Expose().data(), nullptr, nullptr) == 1) {
    impl_->context = std::move(context);
  }
}

ValueCipher::~ValueCipher() = default;

/// Decrypts data || tag in place; like Go's GCM, the tag is whatever the last 16 bytes are.
Result<SecretBytes> ValueCipher::Impl::Open(std::span<const std::uint8_t> iv, SecretBytes sealed,
                                            std::string_view aad) {
  constexpr std::size_t kMaxInt = std::numeric_limits<int>::max();
  if (sealed.size() < kTagSize) return AuthFailed();
  if (sealed.size() > kMaxInt || aad.size() > kMaxInt) {
    return Fail(Code::kLimitExceeded, "encrypted value of more than 2 GiB");
  }
  const std::size_t size = sealed.size() - kTagSize;
  const auto bytes = sealed.ExposeMutable();
  if (iv.size() != iv_size) {
    if (EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_SET_IVLEN, static_cast<int>(iv.size()),
                            nullptr) != 1) {
      return Fail(Code::kInternal, "AES-GCM: cannot set the IV's length");
    }
    iv_size = iv.size();
  }
  int written = 0;
  const bool ready =
      EVP_DecryptInit_ex2(context.get(), nullptr, nullptr, iv.data(), nullptr) == 1 &&
      EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_SET_TAG, static_cast<int>(kTagSize),
                          bytes.data() + size) == 1 &&
      EVP_DecryptUpdate(context.get(), nullptr, &written,
                        reinterpret_cast<const unsigned char*>(aad.data()),
                        static_cast<int>(aad.size())) == 1;
  if (!ready) return Fail(Code::kInternal, "AES-GCM: cannot start");
  if (EVP_DecryptUpdate(context.get(), bytes.data(), &written, bytes.data(),
                        static_cast<int>(size)) != 1 ||
      EVP_DecryptFinal_ex(context.get(), bytes.data() + size, &written) != 1) {
    return AuthFailed();  // `sealed` holds unauthenticated bytes by now, and is wiped here
  }
  sealed.Resize(size);
  return sealed;
}

Result<Node> ValueCipher::Decrypt(std::string_view text, std::string_view aad) {
  if (text.empty()) return Node(SecretBytes());
  const std::optional<EncText> parts = ParseEncText(text);
  if (!parts) {
    return Fail(Code::kInvalidInput, "Input string does not match sops' data format",
                "a value that should be encrypted is not: was the file edited without sops? Edit "
                "it with `sops edit`, or run `sops encrypt` on the plain file again");
  }
  auto sealed =
      SecretBytes::Undefined(Base64Room(parts->data.size()) + Base64Room(parts->tag.size()));
  std::uint8_t* const buffer = sealed.ExposeMutable().data();
  ACD_TRY(const std::size_t size, DecodeField("data", parts->data, buffer));
  // As written, an IV has 44 characters; it is no secret.
  std::array<std::uint8_t, Base64Room(64)> short_iv;
  std::vector<std::uint8_t> long_iv;
  if (Base64Room(parts->iv.size()) > short_iv.size()) long_iv.resize(Base64Room(parts->iv.size()));
  std::uint8_t* const iv = long_iv.empty() ? short_iv.data() : long_iv.data();
  ACD_TRY(const std::size_t iv_size, DecodeField("iv", parts->iv, iv));
  ACD_TRY(const std::size_t tag_size, DecodeField("tag", parts->tag, buffer + size));
  if (impl_->context == nullptr) {
    return Fail(Code::kInvalidInput,
                "crypto/aes: invalid key size " + std::to_string(impl_->key_size),
                "the file's data key is damaged, or was not made by sops");
  }
  if (iv_size == 0) {
    return Fail(Code::kInvalidInput, "cipher: the nonce can't have zero length");
  }
  if (iv_size > kMaxIvSize) {
    return Fail(Code::kUnsupported,
                "IV of " + std::to_string(iv_size) + " bytes; at most 128 are supported");
  }
  sealed.Resize(size + tag_size);
  ACD_TRY(SecretBytes plain, impl_->Open({iv, iv_size}, std::move(sealed), aad));
  return ReadAs(parts->type, std::move(plain));
}

}  // namespace acd::sops
