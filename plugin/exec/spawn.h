#pragma once

#include <sys/types.h>

#include "decrypt/base/result.h"
#include "plugin/exec/command_runner.h"

namespace acd::exec {

/// Starts `command` as the leader of a new process group and returns when its program runs.
/// `stdout_fd`, `stderr_fd`: write ends, borrowed, numbered 3 or more.
/// The caller reaps the returned process. Errors: kNotFound, kInvalidInput (a NUL byte, or a name
/// that is no environment variable's), kIo; no process is left behind.
Result<pid_t> Spawn(const Command& command, int stdout_fd, int stderr_fd);

/// The last component of the program's path, for messages.
std::string ProgramName(const Command& command);

}  // namespace acd::exec
