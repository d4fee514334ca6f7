#include "decrypt/keys/age_parsers.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "decrypt/age/ssh_key.h"

namespace acd::keys {
namespace {

constexpr std::string_view kPluginPrefix = "plugin ";  // of a plugin identity's public name

/// Starts the plugins that are allowed.
class AllowedPlugins : public age::PluginLauncher {
 public:
  explicit AllowedPlugins(std::shared_ptr<const KeyTools> tools) : tools_(std::move(tools)) {}

  Result<std::unique_ptr<age::PluginChannel>> Start(const std::string& name,
                                                    const std::string& state_machine,
                                                    const Check& check) const override {
    ACD_TRY(std::string path, Find(name));
    Program program;
    program.path = std::move(path);
    program.args = {"--age-plugin=" + state_machine};
    program.environment = PluginEnvironment(*tools_, name);
    if (tools_->for_user) program.limit = kUserLimit;
    program.check = check;
    return tools_->programs->Start(program);
  }

  /// The program of an allowed plugin.
  Result<std::string> Find(const std::string& name) const {
    if (!tools_->programs || !tools_->age_plugins.contains(name)) {
      return Fail(Code::kUnsupported, "the plugin age-plugin-" + name + " is not allowed",
                  "allow it with ARGOCD_DECRYPT_AGE_PLUGINS=" + name + " (--age-plugins)");
    }
    return tools_->programs->Find("age-plugin-" + name, tools_->path);
  }

 private:
  std::shared_ptr<const KeyTools> tools_;
};

std::string AsWarning(const Error& error) {
  return error.hint.empty() ? error.message : error.message + "; " + error.hint;
}

/// The lines on which a plugin's identities are.
std::vector<std::size_t> LinesOf(std::string_view text, const std::string& plugin) {
  std::vector<std::size_t> lines;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const std::size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    line = line.substr(0, line.find_last_not_of(" \t\r") + 1);
    if (!line.starts_with("AGE-PLUGIN-")) continue;
    const auto name = age::PluginNameOf(line);
    if (name && *name == plugin) lines.push_back(number);
  }
  return lines;
}

/// Leaves out the identities of plugins that cannot be started, with a warning for each line.
void FilterPlugins(const AllowedPlugins& plugins, std::string_view text, FoundKeys& found) {
  const auto all = found.identities.all();
  if (std::all_of(all.begin(), all.end(), [](const auto& one) { return one->IsNative(); })) return;
  age::Identities kept;
  std::set<std::string> refused;
  for (const auto& identity : all) {
    const std::string& shown = identity->PublicName();
    if (!shown.starts_with(kPluginPrefix)) {
      kept.Add(identity);
      continue;
    }
    const std::string name = shown.substr(kPluginPrefix.size());
    const auto program = plugins.Find(name);
    if (program) {
      kept.Add(identity);
    } else if (refused.insert(name).second) {
      const std::string why = AsWarning(program.error());
      const auto lines = LinesOf(text, name);
      for (const std::size_t line : lines) {
        found.warnings.push_back("line " + std::to_string(line) + ": " + why);
      }
      if (lines.empty()) found.warnings.push_back(why);
    }
  }
  found.identities = std::move(kept);
}

}  // namespace

KeyParser AgeKeyParser(std::shared_ptr<const KeyTools> tools, age::KeyLayout layout) {
  if (!tools) tools = std::make_shared<KeyTools>();
  auto plugins = std::make_shared<const AllowedPlugins>(tools);
  return [tools, plugins, layout](std::string_view text) {
    const age::IdentityOptions options{
        .plugins = plugins, .passphrase = tools->passphrase, .responder = tools->responder};
    auto parsed = age::ParseIdentityFile(text, layout, options);
    FoundKeys found;
    found.identities = std::move(parsed.identities);
    found.warnings = std::move(parsed.warnings);
    FilterPlugins(*plugins, text, found);
    return found;
  };
}

std::shared_ptr<const age::PluginLauncher> AllowedAgePlugins(
    std::shared_ptr<const KeyTools> tools) {
  return std::make_shared<const AllowedPlugins>(std::move(tools));
}

FoundKeys ParseSshKey(std::string_view text) {
  FoundKeys found;
  if (text.find_first_not_of(" \t\r\n") == std::string_view::npos) return found;
  auto parsed = age::ParseSshPrivateKey(text);
  if (parsed) {
    found.identities.Add(std::move(*parsed));
  } else {
    const std::size_t begin = text.find("-----BEGIN ");
    const auto line =
        1 + std::count(text.begin(),
                       text.begin() +
                           static_cast<std::ptrdiff_t>(begin == std::string_view::npos ? 0 : begin),
                       '\n');
    found.warnings.push_back("line " + std::to_string(line) + ": " + AsWarning(parsed.error()));
  }
  return found;
}

}  // namespace acd::keys
