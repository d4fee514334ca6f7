#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "decrypt/age/identity.h"
#include "decrypt/age/openssl_key.h"
#include "decrypt/base/result.h"

namespace acd::age {

/// An RSA key of SSH. It lives in OpenSSL's memory: wiped at the end, but not locked as others are.
/// Spec: C2SP age, "The ssh-rsa recipient type"; age's agessh package.
class SshRsaIdentity : public Identity {
 public:
  /// Errors: kInvalidInput (not a private RSA key, its numbers do not belong together);
  /// kUnsupported (its size).
  static Result<std::shared_ptr<const SshRsaIdentity>> FromKey(OpenSslKey key);

  std::optional<Result<FileKey>> Unwrap(std::span<const Stanza> stanzas,
                                        const Check& check) const override;
  const std::string& PublicName() const override { return public_name_; }
  bool IsNative() const override { return false; }
  std::string_view StanzaType() const override { return kType; }

  static constexpr std::string_view kType = "ssh-rsa";

 private:
  SshRsaIdentity(OpenSslKey key, const std::string& wire);

  std::optional<Result<FileKey>> UnwrapOne(const Stanza& stanza) const;

  OpenSslKey key_;
  std::string tag_;
  std::string public_name_;
};

}  // namespace acd::age
