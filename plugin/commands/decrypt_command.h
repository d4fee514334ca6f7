#pragma once

#include <span>

namespace acd::commands {

/// `argocd-decrypt decrypt FILE`: prints one decrypted SOPS file, a stand-in for `sops -d`.
/// `args`: the command line from the command's own name on (`args[0]` is "decrypt"), each
/// NUL-terminated. Plaintext goes to stdout and only when all of it is right; everything else to
/// stderr. Returns the process's exit code, which is sops's own for the same failure.
/// Spec: sops 3.13.3 cmd/sops, cmd/sops/codes.
int RunDecrypt(std::span<char*> args);

}  // namespace acd::commands
