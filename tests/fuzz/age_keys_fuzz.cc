// Any text as Bech32 and as a key file: Bech32 has one form, and no warning quotes the key that
// stands in the same file.
#include <cctype>
#include <string>

#include "decrypt/age/bech32.h"
#include "decrypt/age/identity_file.h"
#include "tests/fuzz/claim.h"

using namespace acd;

namespace {

constexpr std::string_view kIdentity =
    "AGE-SECRET-KEY-18F96PDTNZQX9NX5EPC2NFDT685DH9NA35NDJV3D6H2XSR6L3E8PS90YJ4P";
constexpr std::string_view kPartOfIt = "QX9NX5EPC2NFDT685DH9NA";

std::string Lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

void Bech32(std::string_view text) {
  const auto decoded = age::DecodeBech32(text);
  if (!decoded) {
    fuzz::ClaimGoodError(decoded.error());
    return;
  }
  const std::string again = age::EncodeBech32(Lower(decoded->prefix), decoded->data.Expose());
  fuzz::Claim(again == Lower(text), "Bech32 there and back");
}

void KeyFile(std::string_view text, age::KeyLayout layout) {
  const auto parsed = age::ParseIdentityFile(text, layout);
  for (const std::string& warning : parsed.warnings) {
    fuzz::Claim(warning.size() < 4096, "a warning has an end");
    fuzz::Claim(warning.find(kPartOfIt) == std::string::npos, "no warning quotes a key");
  }
  fuzz::Claim(parsed.warnings.size() < 100, "warnings have an end");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = fuzz::Text(data, size);
  Bech32(text);
  KeyFile(text, age::KeyLayout::kWords);
  KeyFile(text, age::KeyLayout::kOnePerLine);
  // A good line is never hidden by those before it, but by the binary rest of an encrypted key
  // file.
  if (text.find("age-encryption.org/") != std::string_view::npos) return 0;
  const std::string more = std::string(text) + "\n" + std::string(kIdentity) + "\n";
  const auto parsed = age::ParseIdentityFile(more, age::KeyLayout::kOnePerLine);
  fuzz::Claim(!parsed.identities.empty(), "a bad line hides no good one");
  return 0;
}
