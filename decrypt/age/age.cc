#include "decrypt/age/age.h"

#include <string>

#include "decrypt/age/armor.h"
#include "decrypt/age/header.h"
#include "decrypt/age/stream.h"
#include "decrypt/age/unwrap.h"

namespace acd::age {
namespace {

Result<SecretBytes> DecryptBinary(std::span<const std::uint8_t> input, const Identities& identities,
                                  const Limits& limits, const Check& check) {
  ACD_TRY(const Header header, ParseHeader(input, limits));
  ACD_TRY(const FileKey file_key, OpenHeader(header, identities, check));
  return DecryptPayload(file_key, header.after);
}

}  // namespace

Result<SecretBytes> Decrypt(std::span<const std::uint8_t> input, const Identities& identities,
                            const Limits& limits, Encoding encoding, const Check& check) {
  if (input.size() > limits.max_document_bytes) {
    return Fail(Code::kLimitExceeded,
                "age file is larger than " + std::to_string(limits.max_document_bytes) + " bytes");
  }
  const bool armored = encoding == Encoding::kArmored ||
                       (encoding == Encoding::kDetect && LooksArmored(AsText(input)));
  if (!armored) return DecryptBinary(input, identities, limits, check);
  ACD_TRY(const SecretBytes binary, Dearmor(AsText(input)));
  return DecryptBinary(binary.Expose(), identities, limits, check);
}

}  // namespace acd::age
