#pragma once

#include <span>

namespace acd::commands {

/// `argocd-decrypt discover`: prints a line when the current folder holds something encrypted that
/// would be decrypted when it is rendered, and nothing when not, as a stock argocd-cmp-server
/// expects of `discover.find.command`. Needs no key, depends on no variable. `args[0]` is
/// "discover". Exit status: 0 in both cases, 1 (the reason on standard error), 2 wrong usage.
int RunDiscover(std::span<char*> args);

}  // namespace acd::commands
