#pragma once

#include <span>

namespace acd::commands {

/// `argocd-decrypt diff`: renders an Application's folder and the same of another git revision, or
/// another folder, and prints what differs, object by object, secrets as keyed hashes.
/// `args[0]` is "diff". Exit status: 0 no difference (with --exit-zero: or some), 1 differences,
/// 2 wrong usage, 3 one of the sides could not be rendered or read.
int RunDiff(std::span<char*> args);

}  // namespace acd::commands
