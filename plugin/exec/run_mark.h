#pragma once

#include <string>

namespace acd::exec {

/// The variable that tells which run a process belongs to.
inline constexpr const char* kRunVariable = "ARGOCD_DECRYPT_RUN";

/// Its value for a new run: which process made it, and what nobody can guess.
std::string NewRunMark();

/// Kills what runs of a server left behind that was killed itself (in a container the kernel does
/// that): processes with a mark whose maker, in this PID namespace, is no more. Nothing on kernels
/// without pidfds. Costs some 20 us for each process of the system.
void EndLeftovers();

}  // namespace acd::exec
