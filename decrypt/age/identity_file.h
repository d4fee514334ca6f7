#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "decrypt/age/identity.h"
#include "decrypt/age/plugin.h"
#include "decrypt/age/scrypt.h"
#include "decrypt/base/secret_bytes.h"

namespace acd::age {

/// More keys than this in one text are ignored, with a warning: each costs a derivation now and a
/// try later.
inline constexpr std::size_t kMaxIdentities = 10'000;
/// Likewise of identity files that are encrypted with a passphrase, each a second's work.
inline constexpr std::size_t kMaxEncryptedFiles = 10;

enum class KeyLayout {
  kOnePerLine,  ///< a key file
  kWords,       ///< SOPS_AGE_KEY: several keys on a line, separated by white space
};

struct ParsedIdentities {
  Identities identities;
  /// "line 3: malformed secret key: invalid checksum"; the first few, then a count. Never a part of
  /// the line, since what is wrong there is most often a key.
  std::vector<std::string> warnings;
};

/// What some identities need besides their line. All of it may be absent: a warning then says so.
struct IdentityOptions {
  /// Starts the plugins of `AGE-PLUGIN-...` identities; kept by them.
  std::shared_ptr<const PluginLauncher> plugins = nullptr;
  /// Asked for the passphrase of an identity file that is encrypted with one, once per such file;
  /// nullopt: there is none. Not kept.
  std::function<std::optional<SecretBytes>()> passphrase = nullptr;
  /// Answers what plugins ask; kept by the identities.
  std::shared_ptr<const PluginResponder> responder = nullptr;
  /// What an encrypted identity file may cost. Less memory than age allows: age itself writes them
  /// with work factor 18, and a server shares its memory.
  ScryptLimits scrypt = {.max_memory_bytes = std::uint64_t{1} << 30U};
};

/// Reads a key file: one identity a line (`AGE-SECRET-KEY-1...`, `AGE-SECRET-KEY-PQ-1...`,
/// `AGE-PLUGIN-...`), lines that start with `#` and empty lines ignored, nothing trimmed, CRLF
/// allowed. Where a line begins an SSH private key (PEM) or an age file that is encrypted with a
/// passphrase and holds a key file, its keys are taken. What is no identity becomes a warning and
/// never hides the others.
/// Threads: safe to call concurrently. May call `options.passphrase`, and then takes a second.
/// Spec: age "keygen" format and cmd/age/parse.go; sops age/keysource.go for kWords.
ParsedIdentities ParseIdentityFile(std::string_view text, KeyLayout layout,
                                   const IdentityOptions& options = {});

}  // namespace acd::age
