#pragma once

#include <span>

namespace acd::commands {

/// `argocd-decrypt age -d`: decrypts an age file of any size, in constant memory. Returns the exit
/// code.
int RunAge(std::span<char*> args);

}  // namespace acd::commands
