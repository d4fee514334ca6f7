#include "plugin/server/plugin_config.h"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <exception>
#include <string_view>

#include "plugin/workspace/workspace.h"

namespace acd::server {
namespace {

constexpr std::size_t kMaxConfigBytes = 1U << 20U;

std::string Lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  });
  return text;
}

// Argo CD decodes through JSON, which matches keys without regard to case.
YAML::Node Field(const YAML::Node& map, std::string_view name) {
  if (!map.IsDefined() || !map.IsMap()) return YAML::Node(YAML::NodeType::Undefined);
  for (const auto& entry : map) {
    if (entry.first.IsScalar() && Lower(entry.first.Scalar()) == Lower(std::string(name))) {
      return entry.second;
    }
  }
  return YAML::Node(YAML::NodeType::Undefined);
}

bool IsSet(const YAML::Node& node) { return node.IsDefined() && !node.IsNull(); }

std::string Text(const YAML::Node& node) {
  return IsSet(node) && node.IsScalar() ? node.Scalar() : std::string();
}

Result<bool> Flag(const YAML::Node& spec, std::string_view name, const std::string& origin) {
  const YAML::Node node = Field(spec, name);
  if (!IsSet(node)) return false;
  const std::string text = Text(node);
  if (text == "true") return true;
  if (text == "false") return false;
  return Fail(Code::kInvalidInput,
              origin + ": spec." + std::string(name) + ": must be true or false");
}

// The name becomes a file's name in the socket folder.
Status CheckName(const std::string& name, const std::string& origin) {
  const bool clean = std::all_of(name.begin(), name.end(), [](unsigned char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' ||
           c == '_' || c == '.';
  });
  if (clean && !name.empty() && name.front() != '.') return {};
  return Fail(Code::kInvalidInput,
              origin +
                  ": metadata.name and spec.version: together they name the socket, so letters, "
                  "digits, '-', '_' and '.' only");
}

Status RefuseCommands(const YAML::Node& spec, const std::string& origin) {
  for (const std::string_view field : {"init", "generate", "discover", "parameters"}) {
    if (!IsSet(Field(spec, field))) continue;
    return Fail(
        Code::kUnsupported,
        origin + ": spec." + std::string(field) +
            ": not supported: this server renders and decrypts by itself and runs no commands "
            "of a plugin.yaml",
        "remove spec." + std::string(field) +
            "; plugins with commands of their own need the stock argocd-cmp-server");
  }
  return {};
}

Result<PluginConfig> FromDocument(const YAML::Node& document, const std::string& origin) {
  const std::string kind = Text(Field(document, "kind"));
  if (kind != "ConfigManagementPlugin") {
    return Fail(Code::kInvalidInput, origin + ": kind: must be ConfigManagementPlugin, found \"" +
                                         kind.substr(0, 64) + "\"");
  }
  PluginConfig config;
  config.name = Text(Field(Field(document, "metadata"), "name"));
  if (config.name.empty()) {
    return Fail(Code::kInvalidInput, origin + ": metadata.name: must not be empty");
  }
  const YAML::Node spec = Field(document, "spec");
  if (const std::string version = Text(Field(spec, "version")); !version.empty()) {
    config.name += "-" + version;
  }
  ACD_CHECK(CheckName(config.name, origin));
  ACD_CHECK(RefuseCommands(spec, origin));
  ACD_TRY(config.preserve_file_mode, Flag(spec, "preserveFileMode", origin));
  ACD_TRY(config.provide_git_creds, Flag(spec, "provideGitCreds", origin));
  return config;
}

}  // namespace

Result<PluginConfig> ParsePluginConfig(const std::string& text, const std::string& origin) {
  try {
    return FromDocument(YAML::Load(text), origin);
  } catch (const YAML::Exception& error) {
    return Fail(Code::kInvalidInput,
                origin + ":" + std::to_string(error.mark.line + 1) + ": not a YAML document");
  }
}

Result<PluginConfig> LoadPluginConfig(const std::string& path) {
  auto content = workspace::ReadFile(path, kMaxConfigBytes);
  if (!content) {
    Error error = std::move(content).error();
    // It names the file by the last part of its path.
    const std::string name = path.substr(path.rfind('/') + 1);
    if (error.message.starts_with(name)) error.message.erase(0, name.size());
    if (error.message.starts_with(": ")) error.message.erase(0, 2);
    if (error.message.find(path) == std::string::npos) error = std::move(error).With(path);
    return Fail(std::move(error));
  }
  return ParsePluginConfig(std::string(content->ExposeText()), path);
}

}  // namespace acd::server
