#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>

#include "decrypt/age/identity.h"
#include "decrypt/base/result.h"
#include "decrypt/base/secret_bytes.h"

namespace acd::age {

/// What a file may cost that a passphrase opens. The file says how much it takes, so both count
/// before any work is done.
struct ScryptLimits {
  unsigned max_work_factor = 22;  ///< age's own limit: a quarter of a minute
  /// Work factor n takes 2^(n+10) bytes, 22 thus 4 GiB.
  std::uint64_t max_memory_bytes = std::uint64_t{4} << 30U;
};

/// A passphrase. Spec: C2SP age, "The scrypt recipient type".
class ScryptIdentity : public Identity {
 public:
  /// `passphrase` is asked once a file turns out to need one, and each time; nullopt: there is
  /// none.
  using Passphrase = std::function<std::optional<SecretBytes>()>;
  explicit ScryptIdentity(Passphrase passphrase, ScryptLimits limits = {});

  /// Errors: kInvalidInput "header: ..." (malformed; not the only recipient); kLimitExceeded
  /// "header: scrypt work factor too large ..."; kNoMatchingKey (no passphrase was to be had).
  /// A wrong passphrase is no match.
  std::optional<Result<FileKey>> Unwrap(std::span<const Stanza> stanzas,
                                        const Check& check) const override;
  const std::string& PublicName() const override { return public_name_; }
  const std::string& UniqueName() const override { return unique_name_; }
  std::string_view StanzaType() const override { return kType; }

  static constexpr std::string_view kType = "scrypt";

 private:
  Passphrase passphrase_;
  ScryptLimits limits_;
  std::string public_name_ = "passphrase";
  std::string unique_name_;  ///< nothing of the passphrase: no two of these are taken for one
};

}  // namespace acd::age
