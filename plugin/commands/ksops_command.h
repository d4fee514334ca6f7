#pragma once

#include <span>

namespace acd::commands {

/// The KSOPS generator, as kustomize calls it. `args[0]` is the program's name.
///
/// `ksops FILE` evaluates one generator manifest and prints what it makes; without an argument a
/// KRM ResourceList is read from standard input. Under a render, ARGOCD_DECRYPT_BROKER names the
/// server's socket and this process holds no key; elsewhere (a laptop, CI) the key sources of sops
/// are used. Returns the exit status: 0 done, 1 failed (the reason on stderr), 2 wrong usage.
int RunKsops(std::span<char*> args);

}  // namespace acd::commands
