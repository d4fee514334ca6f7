#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "decrypt/age/plugin.h"
#include "decrypt/base/result.h"
#include "decrypt/keys/key_service.h"
#include "decrypt/keys/key_tools.h"
#include "decrypt/keys/key_watch.h"

namespace acd::commands {

/// What the commands that decrypt can say about keys; the rest is in the environment.
struct KeySetup {
  /// In the sidecar: keys are mounted, nobody can be asked, and no command runs unless allowed.
  bool server = false;
  std::string key_dir;              ///< in place of ARGOCD_DECRYPT_KEY_DIR, unless empty
  bool allow_key_commands = false;  ///< in the server
  std::string age_plugins;          ///< comma list of names
  std::string tool_path;            ///< where gpg and the like are looked for; empty: $PATH
  std::string workdir;              ///< empty: see DefaultWorkdir; only without make_folder
  bool allow_disk_workdir = false;  ///< likewise
  /// Makes a folder in memory for a keyring of mounted keys. Empty: one below `workdir`, removed at
  /// the end of the program, also when SIGTERM or SIGINT is that end.
  std::function<Result<std::string>()> make_folder;
};

/// All private keys of this process. Reads the environment during the call only. `warn`: told of
/// key sources that are unreadable or malformed, from any thread.
/// Errors: kInvalidInput (a setting), without a key being looked at.
Result<std::unique_ptr<keys::KeyService>> MakeKeys(KeySetup setup, keys::Warn warn = {});

/// The folders in which keys that Applications name may lie: `key_dir` and those of a colon list.
/// Error: kInvalidInput, for a relative one.
Result<std::vector<std::string>> KeyImportFolders(const std::string& key_dir,
                                                  std::string_view others);

/// What the keyring of a PGP key needs that an Application names. Reads the environment during the
/// call only. Of `setup`: where gpg is looked for, and how folders are made.
std::shared_ptr<const keys::KeyTools> MakeGpgTools(KeySetup setup);

/// Starts the age plugins of a comma list of names, looked for on the PATH. Reads the environment,
/// so it comes before a PassphraseSource. Error: kInvalidInput.
Result<std::shared_ptr<const age::PluginLauncher>> MakeAgePlugins(std::string_view names);

}  // namespace acd::commands
