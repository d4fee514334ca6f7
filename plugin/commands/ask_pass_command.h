#pragma once

#include <span>

namespace acd::commands {

/// Whether git has started this program for a username or a password, in a command of a
/// plugin.yaml: Argo CD's variable says who is meant, and the one argument is git's question.
bool IsAskedByGit(std::span<char*> argv);

/// Asks the repo-server, at its askpass socket, and prints the answer. The program that Argo CD's
/// own image has for it is `argocd`, which no sidecar has. Spec: cmp-protocol.md 2.8.
int RunAskPass(std::span<char*> argv);

}  // namespace acd::commands
