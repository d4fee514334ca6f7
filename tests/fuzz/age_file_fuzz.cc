// Any bytes as an age file, opened with a fixed key: what was encrypted to it comes out whole or
// not at all, and is in no error.
#include "decrypt/age/age.h"
#include "decrypt/age/identity_file.h"
#include "tests/fuzz/claim.h"

using namespace acd;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  // Every file of the corpus that this key opens holds this text, or 65536 times its first byte and
  // it.
  constexpr std::string_view kSecret = "canary-7c1e";
  static const age::ParsedIdentities keys = age::ParseIdentityFile(
      "AGE-SECRET-KEY-18F96PDTNZQX9NX5EPC2NFDT685DH9NA35NDJV3D6H2XSR6L3E8PS90YJ4P",
      age::KeyLayout::kOnePerLine);
  const auto input = fuzz::Bytes(data, size);
  for (const age::Encoding encoding : {age::Encoding::kDetect, age::Encoding::kArmored}) {
    const auto plain = age::Decrypt(input, keys.identities, Limits(), encoding);
    if (!plain) {
      fuzz::ClaimGoodError(plain.error(), fuzz::Text(data, size), kSecret);
      continue;
    }
    fuzz::Claim(plain->ExposeText().ends_with(kSecret), "what opens is what was encrypted");
  }
  return 0;
}
