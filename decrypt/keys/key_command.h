#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "decrypt/base/check.h"
#include "decrypt/base/result.h"
#include "decrypt/base/secret_bytes.h"
#include "decrypt/keys/key_sources.h"
#include "decrypt/keys/key_tools.h"

namespace acd::keys {

/// Splits a line as sops does with the commands in its variables: white space, both kinds of
/// quotes, a backslash, and `#` comments as in a shell; no variables, no patterns.
/// Errors: kInvalidInput, a quote or an escape without its end.
Result<std::vector<std::string>> SplitWords(std::string_view line);

/// Runs a command that prints a private key for `recipient`, and gives what it printed.
/// `check`: as in Requester. Errors: kInvalidInput (no command in the line), kNotFound,
/// kToolFailed, that of `check`; sops's words, but without the line, which may hold a password.
Result<SecretBytes> RunKeyCommand(const KeySources::Command& command, const KeyTools& tools,
                                  const std::string& recipient, const Check& check = {});

}  // namespace acd::keys
