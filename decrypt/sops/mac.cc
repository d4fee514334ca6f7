#include "decrypt/sops/mac.h"

#include <openssl/evp.h>

#include <array>
#include <cstdlib>
#include <string>

#include "decrypt/base/openssl.h"
#include "decrypt/sops/go_number.h"

namespace acd::sops {
namespace {

constexpr std::size_t kHashSize = 64;

/// SHA-256 of "sops".
constexpr std::array<std::uint8_t, 32> kMacOnlyEncryptedSeed = {
    0x8a, 0x3f, 0xd2, 0xad, 0x54, 0xce, 0x66, 0x52, 0x7b, 0x10, 0x34, 0xf3, 0xd1, 0x47, 0xbe, 0x0b,
    0x0b, 0x97, 0x5b, 0x3b, 0xf4, 0x4f, 0x72, 0xc6, 0xfd, 0xad, 0xec, 0x81, 0x76, 0xf2, 0x7d, 0x69};

constexpr std::string_view kHint =
    "the file was edited outside sops, or merged by hand: restore the last version that sops "
    "wrote; or look at it with `sops decrypt --ignore-mac FILE` and, if every value is right, set "
    "one of them with `sops edit --ignore-mac FILE`, which computes the MAC anew";

}  // namespace

struct MacHash::Impl {
  DigestContext context{EVP_MD_CTX_new()};

  // A digest of memory has no way to fail but a broken libcrypto; going on would accept anything.
  static void Must(int result) {
    if (result != 1) std::abort();
  }
  void Update(std::span<const std::uint8_t> bytes) {
    Must(EVP_DigestUpdate(context.get(), bytes.data(), bytes.size()));
  }
};

MacHash::MacHash(bool mac_only_encrypted) : impl_(std::make_unique<Impl>()) {
  if (impl_->context == nullptr) std::abort();
  Impl::Must(EVP_DigestInit_ex2(impl_->context.get(), Sha512(), nullptr));
  if (mac_only_encrypted) impl_->Update(kMacOnlyEncryptedSeed);
}

MacHash::~MacHash() = default;

void MacHash::Add(const Node& leaf) {
  struct Visitor {
    Impl& hash;
    void operator()(const SecretBytes& text) const { hash.Update(text.Expose()); }
    void operator()(bool value) const { hash.Update(AsBytes(value ? "True" : "False")); }
    void operator()(std::int64_t value) const { hash.Update(AsBytes(std::to_string(value))); }
    void operator()(double value) const { hash.Update(FormatGoFloat(value).Expose()); }
    void operator()(const Timestamp& time) const { hash.Update(AsBytes(time.rfc3339)); }
    void operator()(const Node::Null&) const {}
    void operator()(const Comment&) const {}
    void operator()(const Unwalkable&) const {}
    void operator()(const Node::List&) const {}
    void operator()(const Node::Map&) const {}
  };
  std::visit(Visitor{*impl_}, leaf.value);
}

SecretBytes MacHash::Finish() {
  SecretBytes hash(kHashSize);
  Impl::Must(EVP_DigestFinal_ex(impl_->context.get(), hash.ExposeMutable().data(), nullptr));
  SecretBytes hex;
  hex.Reserve(2 * kHashSize);
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  for (const std::uint8_t byte : hash.Expose()) {
    hex.Append(kDigits[byte >> 4U]);
    hex.Append(kDigits[byte & 0xFU]);
  }
  return hex;
}

Status VerifyMac(const Metadata& metadata, ValueCipher& cipher, const SecretBytes& computed) {
  auto stored = cipher.Decrypt(metadata.mac, metadata.last_modified);
  if (!stored) {
    return Fail(Error{Code::kAuthFailed, "Cannot decrypt MAC: " + stored.error().message,
                      std::string(kHint)});
  }
  const auto* text = stored->As<SecretBytes>();
  if (text != nullptr && text->empty()) {
    return Fail(Code::kAuthFailed, "MAC mismatch. File has no MAC", kHint);
  }
  if (text == nullptr || !ConstantTimeEquals(*text, computed)) {
    return Fail(Code::kAuthFailed, "MAC mismatch. File has another MAC than its values give",
                kHint);
  }
  return {};
}

}  // namespace acd::sops
