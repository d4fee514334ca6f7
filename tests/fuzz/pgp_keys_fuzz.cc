// Any bytes as a file of OpenPGP secret keys. What is kept is a file of the same keys.
#include "decrypt/pgp/secret_keys.h"
#include "tests/fuzz/claim.h"

using namespace acd;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto keys = pgp::ReadSecretKeys(fuzz::Text(data, size));
  fuzz::Claim(keys.packets.size() <= size, "nothing is made up");
  fuzz::Claim(keys.warnings.size() < 1000, "warnings have an end");
  for (const std::string& warning : keys.warnings) {
    fuzz::Claim(!warning.empty() && warning.size() < 4096, "a warning has an end");
  }
  for (const std::string& fingerprint : keys.fingerprints) {
    fuzz::Claim(fingerprint.size() == 40 || fingerprint == "(unknown version)", "a fingerprint");
  }
  const auto again = pgp::ReadSecretKeys(keys.packets.ExposeText());
  fuzz::Claim(again.fingerprints == keys.fingerprints, "the same keys again");
  return 0;
}
