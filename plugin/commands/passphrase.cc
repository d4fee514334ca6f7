#include "plugin/commands/passphrase.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string_view>
#include <utility>

#include "plugin/commands/terminal.h"

namespace acd::commands {

PassphraseSource::PassphraseSource(const char* variable) : variable_(variable) {
  char* const value = std::getenv(variable);
  if (value == nullptr) return;
  given_ = SecretBytes::CopyOf(std::string_view(value));
  ::explicit_bzero(value, std::strlen(value));
  ::unsetenv(variable);
}

std::optional<SecretBytes> PassphraseSource::Get(const std::string& prompt) const {
  if (given_) return given_->Clone();
  auto typed = AskOnTerminal(prompt, Echo::kOff);
  if (typed) return std::move(*typed);
  if (typed.error().code != Code::kCancelled) {
    const std::string why = "a passphrase is needed, and " + typed.error().message;
    std::fputs((why + ": set " + variable_ + "\n").c_str(), stderr);
  }
  return std::nullopt;
}

}  // namespace acd::commands
