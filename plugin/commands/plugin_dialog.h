#pragma once

#include <memory>

#include "decrypt/age/plugin.h"

namespace acd::commands {

/// Passes what age plugins say and ask on to the person at the terminal, as age does: messages to
/// standard error, questions to the terminal. Without one, questions stay unanswered.
std::shared_ptr<const age::PluginResponder> MakePluginDialog();

}  // namespace acd::commands
