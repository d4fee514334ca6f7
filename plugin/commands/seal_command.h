#pragma once

#include <span>

namespace acd::commands {

/// `argocd-decrypt seal --cert FILE [--scope S] [FILE]`: SealedSecrets made of Secrets, plain or
/// encrypted by sops, on standard output. Returns the exit code.
int RunSeal(std::span<char*> args);

}  // namespace acd::commands
