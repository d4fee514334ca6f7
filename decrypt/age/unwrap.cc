#include "decrypt/age/unwrap.h"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "decrypt/age/hybrid.h"
#include "decrypt/age/ml_kem.h"
#include "decrypt/age/scrypt.h"

namespace acd::age {
namespace {

constexpr std::size_t kMaxTypesNamed = 5;
constexpr std::size_t kMaxTypeLength = 40;  // the longest real one has 14

bool Has(const Header& header, std::string_view type) {
  return std::any_of(header.stanzas.begin(), header.stanzas.end(),
                     [&](const Stanza& stanza) { return stanza.type == type; });
}

bool HasIdentityFor(const Identities& identities, std::string_view type) {
  const auto all = identities.all();
  return std::any_of(all.begin(), all.end(),
                     [&](const auto& identity) { return identity->StanzaType() == type; });
}

// Plugins' identities may be for any type.
bool IsTried(const Identities& identities, std::string_view type) {
  return HasIdentityFor(identities, type) || HasIdentityFor(identities, "");
}

// The recipient types that no identity is for, in order of appearance. "-grease" ones are chaff by
// convention.
std::vector<std::string_view> ForeignTypes(const Header& header, const Identities& identities) {
  std::vector<std::string_view> types;
  for (const Stanza& stanza : header.stanzas) {
    if (stanza.type.ends_with("-grease") || IsTried(identities, stanza.type)) continue;
    const std::string_view type = stanza.type.substr(0, kMaxTypeLength);
    if (std::find(types.begin(), types.end(), type) != types.end()) continue;
    if (types.size() == kMaxTypesNamed) break;
    types.push_back(type);
  }
  return types;
}

std::string_view HintFor(const std::vector<std::string_view>& foreign) {
  const auto begins = [&](std::string_view with) {
    return std::any_of(foreign.begin(), foreign.end(),
                       [&](std::string_view type) { return type.starts_with(with); });
  };
  if (begins("ssh-")) return "give the SSH private key of that recipient, or add one of your keys";
  if (begins(HybridIdentity::kType) || begins("X25519")) {
    return "give the age key of that recipient, or add one of your keys as a recipient";
  }
  return "add a recipient whose key is given, or give an AGE-PLUGIN identity for that type";
}

Failure NoMatch(const Header& header, const Identities& identities) {
  // age's own two wordings, which people search for.
  std::string message = identities.size() == 1
                            ? "identity did not match any of the recipients: incorrect identity "
                              "for recipient block"
                            : "no identity matched any of the recipients";
  if (Has(header, ScryptIdentity::kType)) {
    if (HasIdentityFor(identities, ScryptIdentity::kType)) {
      return Fail(Code::kNoMatchingKey, message + " (incorrect passphrase)");
    }
    return Fail(Code::kNoMatchingKey,
                message + " (the file is encrypted with a passphrase, not for a key)",
                "give the passphrase instead of identities");
  }
  const auto foreign = ForeignTypes(header, identities);
  if (foreign.empty()) return Fail(Code::kNoMatchingKey, std::move(message));
  std::string names;
  for (const std::string_view type : foreign) names.append(names.empty() ? "" : ", ").append(type);
  message += " (recipient types of the file that no identity is for: " + names + ")";
  if (Has(header, HybridIdentity::kType) && !HasMlKem()) {
    Error reason = NoMlKem().error;
    return Fail(Code::kNoMatchingKey, message + "; " + reason.message, reason.hint);
  }
  return Fail(Code::kNoMatchingKey, std::move(message), HintFor(foreign));
}

// Whether the fault is the file's, so that nothing else may open it, or the identity's own.
bool IsFinal(const Error& error) {
  return error.code == Code::kInvalidInput || error.code == Code::kAuthFailed ||
         error.code == Code::kCancelled || error.code == Code::kDeadline ||
         error.code == Code::kInternal || error.message.starts_with("header: ");
}

Result<FileKey> Unwrap(const Header& header, const Identities& identities, const Check& check) {
  std::optional<Error> obstacle;
  for (const bool native : {true, false}) {
    for (const auto& identity : identities.all()) {
      if (identity->IsNative() != native) continue;
      ACD_CHECK(StillWanted(check));
      auto outcome = identity->Unwrap(header.stanzas, check);
      if (!outcome) continue;
      if (*outcome || IsFinal(outcome->error())) return std::move(*outcome);
      if (!obstacle) obstacle = std::move(*outcome).error();
    }
  }
  if (obstacle) return Fail(std::move(*obstacle));
  return NoMatch(header, identities);
}

}  // namespace

Result<FileKey> OpenHeader(const Header& header, const Identities& identities, const Check& check) {
  if (identities.empty()) return Fail(Code::kNoMatchingKey, "no identities specified");
  ACD_TRY(FileKey file_key, Unwrap(header, identities, check));
  if (!VerifyHeader(header, file_key)) return Fail(Code::kAuthFailed, "bad header MAC");
  return file_key;
}

}  // namespace acd::age
