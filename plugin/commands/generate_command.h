#pragma once

#include <span>

namespace acd::commands {

/// `argocd-decrypt generate`: renders the current folder with the variables of Argo CD's
/// environment, as a stock argocd-cmp-server calls a plugin's command. Manifests go to standard
/// output, all or none. `args[0]` is "generate". Exit status: 0, 1 (the reason on standard error),
/// 2 wrong usage.
int RunGenerate(std::span<char*> args);

}  // namespace acd::commands
