#pragma once

#include <span>

namespace acd::commands {

/// The release, "0.1.0".
const char* Version();

/// `argocd-decrypt version [--json]`. Exit status: 0, or 2 for wrong usage.
int RunVersion(std::span<char*> args);

}  // namespace acd::commands
