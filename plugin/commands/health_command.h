#pragma once

#include <span>

namespace acd::commands {

/// `argocd-decrypt health FILE...`: what the checks of health-lua/ say of the objects in files or
/// on standard input, as a table. `args[0]` is "health". Exit status: 0; 1 something is Degraded,
/// or could not be read or assessed; 2 wrong usage.
int RunHealth(std::span<char*> args);

}  // namespace acd::commands
