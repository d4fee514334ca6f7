// ENC[...] texts: cut up exactly as sops's own expression does it, and opened only when they are
// the very value that was sealed.
#include <re2/re2.h>

#include "decrypt/base/encoding.h"
#include "decrypt/sops/enc_value.h"
#include "tests/decrypt/sops/encrypt.h"
#include "tests/fuzz/claim.h"

using namespace acd;

namespace {

void ComparesWithSopsExpression(std::string_view text) {
  static const RE2 expression(R"(^ENC\[AES256_GCM,data:(.+),iv:(.+),tag:(.+),type:(.+)\])", [] {
    RE2::Options options(RE2::Latin1);  // a dot is one byte: Go's takes invalid UTF-8 bytewise too
    return options;
  }());
  re2::StringPiece data, iv, tag, type;
  const bool matches = RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), expression,
                                         &data, &iv, &tag, &type);
  const auto ours = sops::ParseEncText(text);
  fuzz::Claim(ours.has_value() == matches, "the same texts are ENC texts as in sops");
  if (!ours) return;
  const auto same = [](std::string_view a, const re2::StringPiece& b) {
    return a == std::string_view(b.data(), b.size());
  };
  fuzz::Claim(same(ours->data, data) && same(ours->iv, iv) && same(ours->tag, tag) &&
                  same(ours->type, type),
              "and fall into the same parts");
}

void Base64(std::string_view text) {
  const auto go = DecodeBase64Go(text);
  const auto strict = DecodeBase64Strict(text);
  const auto unpadded = DecodeBase64Unpadded(text);
  fuzz::Claim(!strict || go.has_value(), "what is strictly right is right in Go");
  if (strict) {
    fuzz::Claim(EncodeBase64(strict->Expose()).ExposeText() == text, "base64 there and back");
    fuzz::Claim(ConstantTimeEquals(*strict, *go), "base64 has one meaning");
  }
  if (unpadded) {
    fuzz::Claim(EncodeBase64Unpadded(unpadded->Expose()) == text, "base64 there and back");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::string_view kSecret = "canary-7c1e";
  static const SecretBytes key = sops::testing::CountingKey();
  static const std::string sealed = sops::testing::Encrypt(kSecret, "str", "a:", key);
  const std::string_view text = fuzz::Text(data, size);
  ComparesWithSopsExpression(text);
  Base64(text);
  sops::ValueCipher cipher(key);
  // Twice: the first value must leave nothing behind that the second one meets.
  const auto opened = cipher.Decrypt(text, "a:");
  const auto good = cipher.Decrypt(sealed, "a:");
  fuzz::Claim(good.has_value() && good->As<SecretBytes>()->ExposeText() == kSecret,
              "a value opens after any other");
  if (!opened) {
    fuzz::ClaimGoodError(opened.error(), text, kSecret);
    return 0;
  }
  fuzz::Claim(text.empty() || !text.starts_with("ENC[") || opened->Is<SecretBytes>() ||
                  opened->Is<sops::Comment>(),
              "what was sealed as text is no other type but a comment");
  return 0;
}
