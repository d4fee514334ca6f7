#pragma once

#include <span>
#include <string>

#include "decrypt/base/result.h"
#include "plugin/ksops/call.h"

namespace acd::ksops {

extern const char* const kUsage;

/// What the arguments ask for. `args[0]` is the program's name.
enum class Wanted { kHelp, kCall, kWrongUsage };
Wanted ReadArguments(std::span<char*> args);

/// Reads the manifest that the argument names (`-`: standard input), or a ResourceList from
/// standard input, up to 16 MiB. Precondition: ReadArguments said kCall. Errors: kNotFound, kIo,
/// kLimitExceeded; they name the file.
Result<Call> ReadCall(std::span<char*> args);

/// Prints an answer, and returns the exit status.
int Print(const Answer& answer);

}  // namespace acd::ksops
