// The whole way, any bytes in any format (the first byte says which), with a key that opens
// whatever it is asked for. The corpus holds files encrypted with it.
#include "decrypt/decrypt.h"
#include "tests/decrypt/sops/encrypt.h"
#include "tests/fuzz/claim.h"
#include "tests/fuzz/document.h"

using namespace acd;
using sops::Format;

namespace {

/// Always the key of the corpus.
class OneKey : public keys::KeyService {
 public:
  Result<SecretBytes> Unwrap(const keys::WrappedKey&, const keys::Requester&) override {
    return SecretBytes::CopyOf(fuzz::Sealer::kKey);
  }
  std::vector<std::string> PublicNames(const keys::Requester&) override { return {}; }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::string_view kSecret = "canary-7c1e";
  if (size == 0) return 0;
  constexpr Format kFormats[] = {Format::kYaml, Format::kJson, Format::kDotenv, Format::kIni,
                                 Format::kBinary};
  DecryptOptions options;
  options.input = kFormats[data[0] % 5];
  options.output = kFormats[data[0] / 5 % 5];
  options.check_version = data[0] >= 125;
  const auto content = fuzz::Bytes(data + 1, size - 1);
  OneKey key;
  const auto plain = DecryptDocument(content, options, key, {});
  const bool detected = SopsDocument::Detect(content, options.input).has_value();
  if (!plain) {
    fuzz::ClaimGoodError(plain.error(), AsText(content), kSecret);
    fuzz::ClaimGoodError(plain.error(), AsText(content), fuzz::Sealer::kKey);
    return 0;
  }
  fuzz::Claim(detected, "what decrypts is seen to be encrypted");
  options.ignore_mac = true;
  const auto again = DecryptDocument(content, options, key, {});
  fuzz::Claim(again.has_value() && ConstantTimeEquals(again->text, plain->text),
              "without its MAC a document says the same");
  return 0;
}
