#pragma once

#include <string>

#include "decrypt/base/result.h"
#include "decrypt/base/secret_bytes.h"

namespace acd::commands {

enum class Echo { kOff, kOn };

/// The line that is typed at the controlling terminal after `prompt`. With kOff nothing is shown of
/// it, and signals of the keyboard only break it off.
/// Errors: kNotFound (no terminal), kUnsupported (it cannot hide what is typed), kCancelled (broken
/// off, or the terminal has gone).
Result<SecretBytes> AskOnTerminal(const std::string& prompt, Echo echo);

}  // namespace acd::commands
