#pragma once

#include <span>

namespace acd::commands {

/// `argocd-decrypt call DIR`: sends a folder to a plugin socket, as the repo-server does, and
/// prints the manifests. `args[0]` is "call". Exit status: 0, 1 (the server's error on standard
/// error), 2 wrong usage.
int RunCall(std::span<char*> args);

}  // namespace acd::commands
