#pragma once

#include <memory>

#include "decrypt/age/identity_file.h"
#include "decrypt/age/plugin.h"
#include "decrypt/keys/key_file.h"
#include "decrypt/keys/key_tools.h"

namespace acd::keys {

/// Reads age key files. A plugin's identity is taken when the plugin is allowed and there, else its
/// line is a warning that says what to do. `tools` may be null; shared by all identities of
/// plugins.
KeyParser AgeKeyParser(std::shared_ptr<const KeyTools> tools,
                       age::KeyLayout layout = age::KeyLayout::kOnePerLine);

/// Starts the age plugins that `tools` allows; the error for another one says how to allow it.
std::shared_ptr<const age::PluginLauncher> AllowedAgePlugins(std::shared_ptr<const KeyTools> tools);

/// Reads a file that holds one SSH private key.
FoundKeys ParseSshKey(std::string_view text);

}  // namespace acd::keys
