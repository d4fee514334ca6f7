#pragma once

#include <string_view>

#include "decrypt/base/secret_bytes.h"

namespace acd::sources {

/// Appends a quoted value of git's configuration file, and the end of the line.
void AppendGitValue(SecretBytes& out, std::string_view text);

}  // namespace acd::sources
