#pragma once

#include <span>

namespace acd::commands {

/// `argocd-decrypt render`: renders an Application's folder as the sidecar does, for a person or a
/// CI job. Decrypted values are shown as keyed hashes unless `--reveal`; see docs/preview.md.
/// `args[0]` is "render". Exit status: 0, 1 (the reason on standard error), 2 wrong usage.
int RunRender(std::span<char*> args);

}  // namespace acd::commands
