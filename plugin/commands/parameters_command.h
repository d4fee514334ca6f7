#pragma once

#include <span>

namespace acd::commands {

/// `argocd-decrypt parameters`: the parameters of the current folder's renderer as a JSON array, as
/// a stock argocd-cmp-server takes them from `parameters.dynamic.command`. Needs no key and fails
/// on no file. `args[0]` is "parameters". Exit status: 0, 1 (the reason on standard error), 2 wrong
/// usage.
int RunParameters(std::span<char*> args);

}  // namespace acd::commands
