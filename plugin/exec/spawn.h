#pragma once

#include <sys/types.h>

#include <string>

#include "decrypt/base/result.h"
#include "plugin/exec/command_runner.h"

namespace acd::exec {

/// The child's ends of its standard streams, borrowed. -1: /dev/null.
struct ChildStreams {
  int in = -1;
  int out = -1;
  int err = -1;
};

/// Starts `command` as the leader of a new process group and returns when its program runs.
/// `command.input` is the caller's to write.
/// The caller reaps the returned process. Errors: kNotFound, kInvalidInput (a NUL byte, or a name
/// that is no environment variable's), kIo; no process is left behind.
/// `mark`: one more variable, "NAME=VALUE", in place of any of its name; empty: none.
Result<pid_t> Spawn(const Command& command, const ChildStreams& streams, std::string mark = {});

/// The last component of the program's path, for messages.
std::string ProgramName(const Command& command);

}  // namespace acd::exec
