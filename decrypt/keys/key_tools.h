#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "decrypt/base/result.h"
#include "decrypt/base/secret_bytes.h"
#include "decrypt/keys/programs.h"

namespace acd::keys {

/// What key sources other than plain files need. Threads: nothing changes it once it is shared.
struct KeyTools {
  std::shared_ptr<const Programs> programs;  ///< null: nothing is started
  std::string path;                          ///< where programs are looked for, colon-separated
  /// What key commands and the user's own gpg get: their user's, without keys in it.
  std::map<std::string, std::string> environment;
  std::string directory;  ///< where key commands run
  /// Names of age plugins that may be started: "yubikey" for age-plugin-yubikey.
  std::set<std::string> age_plugins;
  /// By the name of a plugin, what only it gets of the environment.
  std::map<std::string, std::map<std::string, std::string>> plugin_variables;
  /// Answers what plugins ask; null: there is nobody to ask.
  std::shared_ptr<const age::PluginResponder> responder;
  /// Asked for the passphrase of an encrypted identity file; empty: there is nobody to ask.
  std::function<std::optional<SecretBytes>()> passphrase;
  std::string gpg = "gpg";  ///< name or path
  /// For a command of a user, not for the server: gpg is also asked with the keyring of
  /// `environment`, as sops does, and plugins get that environment and time for a touch.
  bool for_user = false;
  /// Makes an empty folder in memory, mode 0700, for a keyring of mounted keys. Its caller removes
  /// it. Empty: mounted PGP keys cannot be used.
  std::function<Result<std::string>()> make_folder;
};

/// What an age plugin gets: a user's environment, or the part of the server's that it needs to find
/// its way and no more; and what only it gets.
std::map<std::string, std::string> PluginEnvironment(const KeyTools& tools,
                                                     const std::string& plugin);

/// For a program that may ask its user to touch a token, or for a PIN.
inline constexpr std::chrono::milliseconds kUserLimit{120'000};

}  // namespace acd::keys
