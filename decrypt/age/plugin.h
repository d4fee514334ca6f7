#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "decrypt/age/identity.h"
#include "decrypt/base/check.h"
#include "decrypt/base/result.h"
#include "decrypt/base/secret_bytes.h"

namespace acd::age {

/// Both ends of a running plugin: its standard input and output. Destroying it ends the plugin.
/// Who makes it bounds its time: a plugin that neither answers nor ends would hold the caller.
class PluginChannel {
 public:
  virtual ~PluginChannel() = default;
  /// All of it, or an error.
  virtual Status Write(std::span<const std::uint8_t> bytes) = 0;
  /// At least one byte if there is room for one; 0 = the plugin closed its output.
  virtual Result<std::size_t> Read(std::span<std::uint8_t> buffer) = 0;
};

/// Starts plugins, so that this folder starts no process. Threads: safe to call concurrently.
class PluginLauncher {
 public:
  virtual ~PluginLauncher() = default;
  /// Starts `age-plugin-NAME --age-plugin=STATE_MACHINE`. `name` is lower case and has letters,
  /// digits and `+-._` only. The channel fails as `check` does, which outlives it.
  /// Errors: kNotFound (no such program), kUnsupported (not allowed), kIo and the like. Their text
  /// says what to do and is shown to users.
  virtual Result<std::unique_ptr<PluginChannel>> Start(const std::string& name,
                                                       const std::string& state_machine,
                                                       const Check& check) const = 0;
};

/// Answers what a plugin asks of its user. Texts come from the plugin: show them as such.
/// Threads: safe to call concurrently.
class PluginResponder {
 public:
  virtual ~PluginResponder() = default;
  /// Whether the message was shown.
  virtual bool Show(const std::string& plugin, std::string_view message) const = 0;
  /// The value asked for, or nullopt.
  virtual std::optional<SecretBytes> Ask(const std::string& plugin, std::string_view prompt,
                                         bool secret) const = 0;
  /// Whether `yes` was chosen (`no` may be empty), or nullopt when nobody could be asked.
  virtual std::optional<bool> Confirm(const std::string& plugin, std::string_view prompt,
                                      std::string_view yes, std::string_view no) const = 0;
};

/// A key that a plugin holds or finds, `AGE-PLUGIN-NAME-1...`. Each try starts the plugin anew and
/// hands it all the stanzas. Its public name is "plugin NAME".
/// Errors of Unwrap: kNotFound, kUnsupported and so on of the launcher; kToolFailed "plugin NAME:
/// ..." (it reported an error, broke off or broke the protocol); kLimitExceeded (it said too much).
/// Spec: C2SP age-plugin, "Unwrapping with identity-v1".
class PluginIdentity : public Identity {
 public:
  /// `responder` may be null: whatever the plugin asks is answered with `fail`.
  /// Errors: kInvalidInput "malformed plugin identity: ...", never a character of it.
  static Result<std::shared_ptr<const PluginIdentity>> Parse(
      std::string_view text, std::shared_ptr<const PluginLauncher> launcher,
      std::shared_ptr<const PluginResponder> responder = nullptr);

  std::optional<Result<FileKey>> Unwrap(std::span<const Stanza> stanzas,
                                        const Check& check) const override;
  const std::string& PublicName() const override { return public_name_; }
  const std::string& UniqueName() const override { return unique_name_; }
  bool IsNative() const override { return false; }
  bool AsksSomebody() const override { return true; }

 private:
  PluginIdentity(std::string name, std::string_view text,
                 std::shared_ptr<const PluginLauncher> launcher,
                 std::shared_ptr<const PluginResponder> responder);

  std::string name_;
  std::string public_name_;
  std::string unique_name_;
  SecretBytes text_;
  std::shared_ptr<const PluginLauncher> launcher_;    // shared by all identities of a program
  std::shared_ptr<const PluginResponder> responder_;  // likewise
};

/// The name of the plugin in `AGE-PLUGIN-NAME-1...`, lower case.
/// Errors: as PluginIdentity::Parse.
Result<std::string> PluginNameOf(std::string_view identity);

}  // namespace acd::age
