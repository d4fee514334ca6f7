#pragma once

#include <optional>
#include <span>
#include <string>

#include "decrypt/age/file_key.h"
#include "decrypt/age/plugin.h"
#include "decrypt/age/plugin_wire.h"
#include "decrypt/age/stanza.h"
#include "decrypt/base/result.h"
#include "decrypt/base/secret_bytes.h"

namespace acd::age {

/// One conversation with a plugin: the client's side of the state machine identity-v1.
/// Spec: C2SP age-plugin, "Unwrapping with identity-v1".
class PluginSession {
 public:
  /// All but `responder`, which may be null, are borrowed and needed.
  PluginSession(const std::string& name, const SecretBytes& identity, PluginChannel& channel,
                const PluginResponder* responder)
      : name_(name), identity_(identity), wire_(channel), responder_(responder) {}

  /// nullopt: none of the stanzas is for the identity. Errors: as PluginIdentity, without its name.
  Result<std::optional<FileKey>> Unwrap(std::span<const Stanza> stanzas);

 private:
  Status SendAll(std::span<const Stanza> stanzas);
  Result<FileKey> TakeFileKey(const Stanza& message, bool has_one);
  Failure ReportedError(const Stanza& message) const;
  Status Answer(const Stanza& message);
  Status AnswerRequest(const Stanza& message);
  Status AnswerConfirm(const Stanza& message);

  const std::string& name_;
  const SecretBytes& identity_;
  PluginWire wire_;
  const PluginResponder* responder_;
};

}  // namespace acd::age
