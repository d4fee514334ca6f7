#pragma once

#include <span>

namespace acd::commands {

/// Runs the command that a whole command line names; called as `ksops`, that one. Returns the
/// process's exit status. The catch-all of the program.
int Dispatch(std::span<char*> argv);

}  // namespace acd::commands
