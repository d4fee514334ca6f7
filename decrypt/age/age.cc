#include "decrypt/age/age.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "decrypt/age/armor.h"
#include "decrypt/age/header.h"
#include "decrypt/age/stream.h"

namespace acd::age {
namespace {

constexpr std::size_t kMaxTypesNamed = 5;
constexpr std::size_t kMaxTypeLength = 40;  // the longest real one has 14

// The recipient types that this build has no identity for, in order of appearance. "-grease" ones
// are chaff by convention.
std::vector<std::string_view> ForeignTypes(const Header& header) {
  std::vector<std::string_view> types;
  for (const Stanza& stanza : header.stanzas) {
    if (stanza.type == "X25519" || stanza.type.ends_with("-grease")) continue;
    const std::string_view type = stanza.type.substr(0, kMaxTypeLength);
    if (std::find(types.begin(), types.end(), type) != types.end()) continue;
    if (types.size() == kMaxTypesNamed) break;
    types.push_back(type);
  }
  return types;
}

Failure NoMatch(const Header& header, const Identities& identities) {
  // age's own two wordings, which people search for.
  std::string message = identities.size() == 1
                            ? "identity did not match any of the recipients: incorrect identity "
                              "for recipient block"
                            : "no identity matched any of the recipients";
  const auto foreign = ForeignTypes(header);
  if (foreign.empty()) return Fail(Code::kNoMatchingKey, std::move(message));
  std::string names;
  for (const std::string_view type : foreign) names.append(names.empty() ? "" : ", ").append(type);
  message += " (recipient types of the file that this build cannot open: " + names + ")";
  return Fail(Code::kNoMatchingKey, std::move(message),
              "add an X25519 recipient (age1...) whose key is mounted");
}

Result<FileKey> UnwrapFileKey(const Header& header, const Identities& identities) {
  for (const auto& identity : identities.all()) {
    if (auto outcome = identity->Unwrap(header.stanzas)) return std::move(*outcome);
  }
  return NoMatch(header, identities);
}

Result<SecretBytes> DecryptBinary(std::span<const std::uint8_t> input, const Identities& identities,
                                  const Limits& limits) {
  ACD_TRY(const Header header, ParseHeader(input, limits));
  if (identities.empty()) return Fail(Code::kNoMatchingKey, "no identities specified");
  ACD_TRY(const FileKey file_key, UnwrapFileKey(header, identities));
  if (!VerifyHeader(header, file_key)) return Fail(Code::kAuthFailed, "bad header MAC");
  return DecryptPayload(file_key, header.after);
}

}  // namespace

Result<SecretBytes> Decrypt(std::span<const std::uint8_t> input, const Identities& identities,
                            const Limits& limits, Encoding encoding) {
  if (input.size() > limits.max_document_bytes) {
    return Fail(Code::kLimitExceeded,
                "age file is larger than " + std::to_string(limits.max_document_bytes) + " bytes");
  }
  const bool armored = encoding == Encoding::kArmored ||
                       (encoding == Encoding::kDetect && LooksArmored(AsText(input)));
  if (!armored) return DecryptBinary(input, identities, limits);
  ACD_TRY(const SecretBytes binary, Dearmor(AsText(input)));
  return DecryptBinary(binary.Expose(), identities, limits);
}

}  // namespace acd::age
