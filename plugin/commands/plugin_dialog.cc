#include "plugin/commands/plugin_dialog.h"

#include <cstdio>
#include <string>
#include <utility>

#include "plugin/commands/terminal.h"

namespace acd::commands {
namespace {

constexpr std::size_t kMaxText = 1000;
constexpr int kTries = 3;

/// Bounded, and without what a terminal would act upon.
std::string Harmless(std::string_view text) {
  std::string out;
  for (const char c : text.substr(0, kMaxText)) {
    const auto byte = static_cast<unsigned char>(c);
    out += byte < 0x20 || byte == 0x7F ? ' ' : c;
  }
  return out;
}

std::string Said(const std::string& plugin, std::string_view text) {
  return "plugin " + plugin + ": " + Harmless(text);
}

class PluginDialog : public age::PluginResponder {
 public:
  bool Show(const std::string& plugin, std::string_view message) const override {
    return std::fputs((Said(plugin, message) + "\n").c_str(), stderr) >= 0;
  }

  std::optional<SecretBytes> Ask(const std::string& plugin, std::string_view prompt,
                                 bool secret) const override {
    auto typed = AskOnTerminal(Said(plugin, prompt), secret ? Echo::kOff : Echo::kOn);
    if (!typed) return std::nullopt;
    return std::move(*typed);
  }

  std::optional<bool> Confirm(const std::string& plugin, std::string_view prompt,
                              std::string_view yes, std::string_view no) const override {
    std::string question = Said(plugin, prompt) + " (1: " + Harmless(yes);
    if (!no.empty()) question += ", 2: " + Harmless(no);
    question += ")";
    for (int i = 0; i < kTries; ++i) {
      const auto typed = AskOnTerminal(question, Echo::kOn);
      if (!typed) return std::nullopt;
      // With but one choice there is nothing to choose.
      if (typed->ExposeText() == "1" || (no.empty() && typed->empty())) return true;
      if (typed->ExposeText() == "2" && !no.empty()) return false;
    }
    return std::nullopt;
  }
};

}  // namespace

std::shared_ptr<const age::PluginResponder> MakePluginDialog() {
  return std::make_shared<const PluginDialog>();
}

}  // namespace acd::commands
