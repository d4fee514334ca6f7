#pragma once

#include <functional>
#include <string>
#include <vector>

#include "decrypt/base/secret_bytes.h"

namespace acd::keys {

/// Where private keys come from: names and paths, and the text of what the environment holds.
/// All of them are merged; what is mounted is looked at again for each request.
struct KeySources {
  struct Text {
    std::string name;  ///< of the environment variable
    SecretBytes text;
  };
  struct File {
    std::string variable;  ///< that names the file; empty = a default place, which may be absent
    std::string path;
    bool may_be_pipe = false;  ///< a shell's `<(...)`; read once
  };
  struct Command {
    std::string variable;  ///< that holds it
    std::string line;      ///< words as in a shell, which it is not given to
    bool prints_ssh_key = false;
  };

  std::vector<File> ssh_files;           ///< each holds one SSH private key
  std::vector<std::string> ssh_not_set;  ///< variables that could name an SSH key and are not set
  std::vector<Text> texts;
  std::vector<File> files;
  std::vector<Command> commands;  ///< run when no other key opens a document
  std::string folder;  ///< each regular file in it is an age key file; empty = none; may be absent
  std::string ssh_folder;             ///< likewise, of SSH private keys
  std::string pgp_folder;             ///< likewise, of PGP secret keys
  std::vector<std::string> not_set;   ///< variables that could name a source and are not set
  std::vector<std::string> problems;  ///< sources that are set but not used, each with the reason
};

struct SourceOptions {
  bool server = false;          ///< keys are looked for in /sops, too, and commands must be allowed
  bool allow_commands = false;  ///< in the server
};

/// As sops does: SOPS_AGE_SSH_PRIVATE_KEY_FILE, SOPS_AGE_SSH_PRIVATE_KEY_CMD, id_ed25519 and id_rsa
/// in $HOME/.ssh, SOPS_AGE_KEY, SOPS_AGE_KEY_FILE, SOPS_AGE_KEY_CMD, and sops/age/keys.txt under
/// $XDG_CONFIG_HOME or $HOME/.config; and the folders `age`, `ssh` and `pgp` of
/// ARGOCD_DECRYPT_KEY_DIR, which in the server is /sops unless set. `getenv` returns null for what
/// is not set; it is only used during the call.
KeySources FromEnvironment(const std::function<const char*(const char*)>& getenv,
                           const SourceOptions& options);

}  // namespace acd::keys
