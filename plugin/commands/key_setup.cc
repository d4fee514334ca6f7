#include "plugin/commands/key_setup.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <climits>
#include <cstdlib>
#include <map>
#include <set>
#include <string_view>
#include <utility>

#include "decrypt/keys/age_parsers.h"
#include "decrypt/keys/key_ring.h"
#include "plugin/commands/cli.h"
#include "plugin/commands/passphrase.h"
#include "plugin/commands/plugin_dialog.h"
#include "plugin/commands/private_folder.h"
#include "plugin/exec/key_programs.h"

namespace acd::commands {
namespace {

// A hundred bytes each. More encrypted files than that few repositories have.
constexpr std::size_t kMaxOpenedKeys = 8192;
constexpr const char* kDefaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// What a program that the user chose gets: all but the keys themselves.
std::map<std::string, std::string> EnvironmentWithoutKeys() {
  std::map<std::string, std::string> environment;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    const std::size_t equals = text.find('=');
    if (equals == std::string_view::npos || equals == 0) continue;
    const std::string_view name = text.substr(0, equals);
    // A command line may hold a password.
    if (name == "SOPS_AGE_KEY" || name == "AGE_PASSPHRASE" || name == "SOPS_AGE_KEY_CMD" ||
        name == "SOPS_AGE_SSH_PRIVATE_KEY_CMD") {
      continue;
    }
    environment.emplace(name, text.substr(equals + 1));
  }
  return environment;
}

/// age-plugin-batchpass has its passphrase from its environment. No other program gets to see it.
void AddBatchpassVariables(keys::KeyTools& tools) {
  const std::string plugin = "batchpass";
  if (!tools.age_plugins.contains(plugin)) return;
  for (const char* name :
       {"AGE_PASSPHRASE", "AGE_PASSPHRASE_WORK_FACTOR", "AGE_PASSPHRASE_MAX_WORK_FACTOR"}) {
    if (const char* value = std::getenv(name)) tools.plugin_variables[plugin][name] = value;
  }
}

std::string CurrentFolder() {
  std::array<char, PATH_MAX> path{};
  return ::getcwd(path.data(), path.size()) != nullptr ? path.data() : "/";
}

/// Names of plugins become names of programs.
Result<std::set<std::string>> SplitPlugins(std::string_view list) {
  std::set<std::string> names;
  while (!list.empty()) {
    const std::size_t comma = list.find(',');
    std::string name(list.substr(0, comma));
    list.remove_prefix(comma == std::string_view::npos ? list.size() : comma + 1);
    std::erase(name, ' ');
    const bool fits = std::all_of(name.begin(), name.end(), [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.' ||
             c == '+';
    });
    if (!fits) {
      return Fail(Code::kInvalidInput, "--age-plugins: \"" + name + "\" is no name of a plugin",
                  "write `yubikey` for age-plugin-yubikey");
    }
    if (!name.empty()) names.insert(std::move(name));
  }
  return names;
}

keys::KeySources ReadSources(const KeySetup& setup) {
  // The `--key-dir` setting stands in for its variable.
  const auto get = [&](const char* name) -> const char* {
    if (std::string_view(name) == "ARGOCD_DECRYPT_KEY_DIR" && !setup.key_dir.empty()) {
      return setup.key_dir.c_str();
    }
    return std::getenv(name);
  };
  return keys::FromEnvironment(
      get, {.server = setup.server, .allow_commands = setup.allow_key_commands});
}

/// Programs come into play for these only; a document of age keys needs no copy of the environment.
bool NeedsEnvironment(const keys::KeySources& sources, const KeySetup& setup) {
  return !setup.server || !sources.commands.empty() || !setup.age_plugins.empty();
}

std::function<Result<std::string>()> FolderMaker(KeySetup& setup) {
  if (setup.make_folder) return std::move(setup.make_folder);
  auto folder = std::make_shared<PrivateFolder>(setup.workdir, setup.allow_disk_workdir);
  return [folder] { return folder->Make(); };
}

}  // namespace

Result<std::unique_ptr<keys::KeyService>> MakeKeys(KeySetup setup, keys::Warn warn) {
  keys::KeySources sources = ReadSources(setup);
  auto tools = std::make_shared<keys::KeyTools>();
  ACD_TRY(tools->age_plugins, SplitPlugins(setup.age_plugins));
  auto vaults = keys::VaultAllowlist::Parse(EnvironmentOr("SOPS_HC_VAULT_ALLOWLIST", ""),
                                            setup.server ? "none" : "all");
  tools->programs = exec::MakeKeyPrograms();
  tools->path = setup.tool_path.empty() ? EnvironmentOr("PATH", kDefaultPath) : setup.tool_path;
  if (NeedsEnvironment(sources, setup)) tools->environment = EnvironmentWithoutKeys();
  AddBatchpassVariables(*tools);
  tools->directory = CurrentFolder();
  if (!setup.server) {
    tools->responder = MakePluginDialog();
    const auto source = std::make_shared<const PassphraseSource>("AGE_PASSPHRASE");
    tools->passphrase = [source] { return source->Get("Enter passphrase for identity file: "); };
  }
  tools->gpg = EnvironmentOr("SOPS_GPG_EXEC", "gpg");
  tools->for_user = !setup.server;
  tools->make_folder = FolderMaker(setup);
  Limits limits;
  if (setup.server) limits.max_opened_keys = kMaxOpenedKeys;
  return std::unique_ptr<keys::KeyService>(std::make_unique<keys::KeyRing>(
      std::move(sources), std::move(tools), std::move(vaults), limits, warn));
}

Result<std::vector<std::string>> KeyImportFolders(const std::string& key_dir,
                                                  std::string_view others) {
  std::vector<std::string> folders = {key_dir};
  while (!others.empty()) {
    const std::size_t colon = others.find(':');
    const std::string_view folder = others.substr(0, colon);
    others.remove_prefix(colon == std::string_view::npos ? others.size() : colon + 1);
    if (folder.empty()) continue;
    if (folder.front() != '/') {
      return Fail(Code::kInvalidInput, "--key-import-dirs: each must be an absolute path");
    }
    folders.emplace_back(folder);
  }
  return folders;
}

std::shared_ptr<const keys::KeyTools> MakeGpgTools(KeySetup setup) {
  auto tools = std::make_shared<keys::KeyTools>();
  tools->programs = exec::MakeKeyPrograms();
  tools->path = setup.tool_path.empty() ? EnvironmentOr("PATH", kDefaultPath) : setup.tool_path;
  tools->gpg = EnvironmentOr("SOPS_GPG_EXEC", "gpg");
  tools->make_folder = FolderMaker(setup);
  return tools;
}

Result<std::shared_ptr<const age::PluginLauncher>> MakeAgePlugins(std::string_view names) {
  auto tools = std::make_shared<keys::KeyTools>();
  ACD_TRY(tools->age_plugins, SplitPlugins(names));
  tools->programs = exec::MakeKeyPrograms();
  tools->path = EnvironmentOr("PATH", kDefaultPath);
  tools->environment = EnvironmentWithoutKeys();
  AddBatchpassVariables(*tools);
  tools->directory = CurrentFolder();
  tools->for_user = true;
  return keys::AllowedAgePlugins(std::move(tools));
}

}  // namespace acd::commands
