// Any text as an SSH private key. What is taken has the public half that sops stores, and stays the
// same key with other text around its PEM block.
#include <string>

#include "decrypt/age/identity.h"
#include "decrypt/age/ssh_key.h"
#include "tests/fuzz/claim.h"

using namespace acd;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = fuzz::Text(data, size);
  const auto identity = age::ParseSshPrivateKey(text);
  if (!identity) {
    fuzz::ClaimGoodError(identity.error());
    return 0;
  }
  const std::string& name = (*identity)->PublicName();
  fuzz::Claim(name.starts_with("ssh-ed25519 ") || name.starts_with("ssh-rsa "), "a public name");
  const auto again = age::ParseSshPrivateKey(std::string(text) + "\n# more\n");
  fuzz::Claim(size + 8 > age::kMaxSshKeyBytes || (again && (*again)->PublicName() == name),
              "text behind the key is ignored");
  return 0;
}
