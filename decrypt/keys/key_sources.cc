#include "decrypt/keys/key_sources.h"

#include <string_view>

namespace acd::keys {
namespace {

constexpr const char* kDefaultKeyDir = "/sops";

using Getenv = std::function<const char*(const char*)>;

std::string_view ValueOf(const Getenv& getenv, const char* name) {
  const char* value = getenv(name);
  return value == nullptr ? std::string_view() : std::string_view(value);
}

std::string Join(std::string_view folder, std::string_view name) {
  while (folder.size() > 1 && folder.ends_with('/')) folder.remove_suffix(1);
  return std::string(folder).append(folder.ends_with('/') ? "" : "/").append(name);
}

// Go's os.UserConfigDir: a relative XDG_CONFIG_HOME is an error there, so no place at all.
std::string UserConfigDir(const Getenv& getenv) {
  const std::string_view config = ValueOf(getenv, "XDG_CONFIG_HOME");
  if (!config.empty()) return config.starts_with('/') ? std::string(config) : std::string();
  const std::string_view home = ValueOf(getenv, "HOME");
  return home.empty() ? std::string() : Join(home, ".config");
}

/// A key where the name of its file belongs. The name is shown in errors and logs, so it must not
/// come that far.
bool IsKeyItself(std::string_view path) {
  std::string upper(path);
  for (char& c : upper) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  return upper.find("AGE-SECRET-KEY-") != std::string::npos ||
         upper.find("AGE-PLUGIN-") != std::string::npos ||
         upper.find("-----BEGIN") != std::string::npos;
}

/// A file that a variable names.
void AddNamedFile(const char* variable, const char* path, std::vector<KeySources::File>& files,
                  KeySources& sources) {
  if (IsKeyItself(path)) {
    sources.problems.push_back(std::string(variable) +
                               ": holds a key, where the path of a key file belongs");
  } else {
    files.push_back({variable, path, true});
  }
}

void AddSshFiles(const Getenv& getenv, KeySources& sources) {
  if (const char* path = getenv("SOPS_AGE_SSH_PRIVATE_KEY_FILE")) {
    AddNamedFile("SOPS_AGE_SSH_PRIVATE_KEY_FILE", path, sources.ssh_files, sources);
  } else {
    sources.ssh_not_set.emplace_back("SOPS_AGE_SSH_PRIVATE_KEY_FILE");
  }
  const std::string_view home = ValueOf(getenv, "HOME");
  if (home.empty()) return;
  for (const char* name : {".ssh/id_ed25519", ".ssh/id_rsa"}) {
    sources.ssh_files.push_back({"", Join(home, name), false});
  }
}

void AddAgeKeys(const Getenv& getenv, KeySources& sources) {
  if (const char* text = getenv("SOPS_AGE_KEY")) {
    sources.texts.push_back({"SOPS_AGE_KEY", SecretBytes::CopyOf(std::string_view(text))});
  } else {
    sources.not_set.emplace_back("SOPS_AGE_KEY");
  }
  if (const char* path = getenv("SOPS_AGE_KEY_FILE")) {
    AddNamedFile("SOPS_AGE_KEY_FILE", path, sources.files, sources);
  } else {
    sources.not_set.emplace_back("SOPS_AGE_KEY_FILE");
  }
  if (const std::string config = UserConfigDir(getenv); !config.empty()) {
    sources.files.push_back({"", Join(config, "sops/age/keys.txt"), false});
  }
}

void AddCommand(const Getenv& getenv, const SourceOptions& options, const char* variable, bool ssh,
                KeySources& sources) {
  const char* line = getenv(variable);
  if (line == nullptr) {
    (ssh ? sources.ssh_not_set : sources.not_set).emplace_back(variable);
  } else if (options.server && !options.allow_commands) {
    sources.problems.push_back(std::string(variable) +
                               ": not run: in the server, key commands must be allowed with "
                               "ARGOCD_DECRYPT_ALLOW_KEY_COMMANDS=true (--allow-key-commands)");
  } else {
    sources.commands.push_back({variable, line, ssh});
  }
}

void AddFolders(const Getenv& getenv, bool server, KeySources& sources) {
  std::string_view key_dir = ValueOf(getenv, "ARGOCD_DECRYPT_KEY_DIR");
  if (key_dir.empty() && server) key_dir = kDefaultKeyDir;
  if (key_dir.empty()) return;
  if (IsKeyItself(key_dir)) {
    sources.problems.emplace_back(
        "ARGOCD_DECRYPT_KEY_DIR: holds a key, where the path of the key folder belongs");
    return;
  }
  sources.folder = Join(key_dir, "age");
  sources.ssh_folder = Join(key_dir, "ssh");
  sources.pgp_folder = Join(key_dir, "pgp");
}

}  // namespace

KeySources FromEnvironment(const Getenv& getenv, const SourceOptions& options) {
  KeySources sources;
  AddSshFiles(getenv, sources);
  AddCommand(getenv, options, "SOPS_AGE_SSH_PRIVATE_KEY_CMD", true, sources);
  AddAgeKeys(getenv, sources);
  AddCommand(getenv, options, "SOPS_AGE_KEY_CMD", false, sources);
  AddFolders(getenv, options.server, sources);
  return sources;
}

}  // namespace acd::keys
