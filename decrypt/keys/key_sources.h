#pragma once

#include <functional>
#include <string>
#include <vector>

#include "decrypt/base/secret_bytes.h"

namespace acd::keys {

/// Where age identities come from: names and paths, and the text of what the environment holds.
/// All of them are merged; what is mounted is looked at again whenever a key is asked for.
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

  std::vector<Text> texts;
  std::vector<File> files;
  std::string folder;  ///< each regular file in it is a key file; empty = none; may be absent
  std::vector<std::string> not_set;      ///< variables that could name a source and are not set
  std::vector<std::string> unsupported;  ///< variables that are set but do nothing in this build
};

/// As sops does: SOPS_AGE_KEY, SOPS_AGE_KEY_FILE, and sops/age/keys.txt under $XDG_CONFIG_HOME or
/// $HOME/.config; and the folder `age` of ARGOCD_DECRYPT_KEY_DIR, which in the server is /sops
/// unless set. `getenv` returns null for what is not set; it is only used during the call.
KeySources FromEnvironment(const std::function<const char*(const char*)>& getenv, bool server);

}  // namespace acd::keys
