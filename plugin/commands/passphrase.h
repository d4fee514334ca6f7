#pragma once

#include <optional>
#include <string>

#include "decrypt/base/secret_bytes.h"

namespace acd::commands {

/// Where a command has its passphrase from: an environment variable, else the terminal. Only for
/// commands that a person may be in front of; the server never asks.
class PassphraseSource {
 public:
  /// Takes the variable's value out of the environment. No other thread may read that meanwhile.
  explicit PassphraseSource(const char* variable);

  /// The variable's value, else what is typed after `prompt` (not echoed). nullopt: there is
  /// neither, or it was broken off; the reason was printed.
  std::optional<SecretBytes> Get(const std::string& prompt) const;

 private:
  std::string variable_;
  std::optional<SecretBytes> given_;
};

}  // namespace acd::commands
