#pragma once

#include <span>

namespace acd::commands {

/// `argocd-decrypt healthcheck`: asks the server on a socket whether it serves, for probes.
/// `args[0]` is "healthcheck". Exit status: 0 serving, 1 not (the reason on standard error), 2
/// wrong usage.
int RunHealthcheck(std::span<char*> args);

}  // namespace acd::commands
