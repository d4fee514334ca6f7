// Any text as an armored age file: what is read, armored anew, differs in nothing but line ends and
// the white space around it.
#include <string>

#include "decrypt/age/armor.h"
#include "decrypt/base/encoding.h"
#include "decrypt/base/go_space.h"
#include "tests/fuzz/claim.h"

using namespace acd;

namespace {

std::string Armor(const SecretBytes& bytes) {
  std::string out = "-----BEGIN AGE ENCRYPTED FILE-----\n";
  const SecretBytes body = EncodeBase64(bytes.Expose());
  for (std::size_t at = 0; at < body.size(); at += 64) {
    out.append(body.ExposeText().substr(at, 64)).append("\n");
  }
  return out + "-----END AGE ENCRYPTED FILE-----";
}

/// Without CR, lines of nothing else, and the white space around.
std::string Stripped(std::string_view text) {
  std::string out;
  for (const char c : TrimGoSpace(text)) {
    const bool ends_nothing = c == '\n' && out.ends_with('\n');
    if (c != '\r' && !ends_nothing) out += c;
  }
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = fuzz::Text(data, size);
  const auto bytes = age::Dearmor(text);
  if (!bytes) {
    fuzz::ClaimGoodError(bytes.error());
    return 0;
  }
  const bool is_far = text.find(age::kArmorBegin) > age::kMaxArmorSpace;  // behind CRLFs
  fuzz::Claim(is_far || age::LooksArmored(text), "what is armored looks so");
  fuzz::Claim(Stripped(text) == Armor(*bytes), "armor has one form");
  return 0;
}
