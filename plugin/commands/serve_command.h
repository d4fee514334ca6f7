#pragma once

#include <span>

namespace acd::commands {

/// `argocd-decrypt serve`: the plugin server of a repo-server's sidecar. Runs until SIGTERM or
/// SIGINT, then finishes what it is doing; a second signal ends it at once. `args[0]` is "serve".
/// Exit status: 0 after a clean end, 1 when it cannot start or was cut short, 2 for wrong usage.
int RunServe(std::span<char*> args);

}  // namespace acd::commands
