#pragma once

#include <memory>

#include "decrypt/age/identity_file.h"
#include "decrypt/keys/key_file.h"
#include "decrypt/keys/key_tools.h"

namespace acd::keys {

/// Reads age key files. A plugin's identity is taken when the plugin is allowed and there, else its
/// line is a warning that says what to do. `tools` may be null; shared by all identities of
/// plugins.
KeyParser AgeKeyParser(std::shared_ptr<const KeyTools> tools,
                       age::KeyLayout layout = age::KeyLayout::kOnePerLine);

/// Reads a file that holds one SSH private key.
FoundKeys ParseSshKey(std::string_view text);

}  // namespace acd::keys
