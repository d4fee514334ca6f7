#include "plugin/custom/plugin_config.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "decrypt/yaml/reader.h"
#include "plugin/custom/config_fields.h"
#include "plugin/workspace/workspace.h"

namespace acd::custom {
namespace {

constexpr std::size_t kMaxConfigBytes = 1U << 20U;

Limits ConfigLimits() {
  Limits limits;
  limits.max_document_bytes = kMaxConfigBytes;
  limits.max_nodes = 20'000;
  limits.max_depth = 50;
  return limits;
}

// Together they become a file's name in the socket folder.
Status CheckName(const std::string& name) {
  const bool clean = std::all_of(name.begin(), name.end(), [](unsigned char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' ||
           c == '_' || c == '.';
  });
  if (clean && name.front() != '.') return {};
  return Fail(Code::kInvalidInput,
              "metadata.name and spec.version: together they name the socket, so letters, digits, "
              "'-', '_' and '.' only");
}

// What a reader of the file could not know of: fields that nothing looks at.
void Warn(const ConfigFields& fields, std::vector<std::string>& warnings) {
  for (const std::string& path : fields.Unknown()) {
    warnings.push_back(path + ": no such field; it has no effect");
  }
}

// Arguments without a command: for the stock server they mean that there is none.
enum class Stray { kWarn, kRefuse };

// `what`: the field, for messages.
Result<CommandLine> ReadCommand(ConfigFields& fields, const std::string& what,
                                std::vector<std::string>& warnings, Stray stray = Stray::kWarn) {
  ACD_TRY(CommandLine words, fields.Texts("command"));
  ACD_TRY(std::vector<std::string> args, fields.Texts("args"));
  if (words.empty() && !args.empty()) {
    if (stray == Stray::kRefuse) {
      return Fail(Code::kInvalidInput, what + ".command: must not be empty where there are args");
    }
    warnings.push_back(what + ".args: has no effect without a command");
    return words;
  }
  if (!words.empty() && words.front().empty()) {
    return Fail(Code::kInvalidInput, what + ".command[0]: must name a program");
  }
  words.insert(words.end(), std::make_move_iterator(args.begin()),
               std::make_move_iterator(args.end()));
  const bool nul = std::any_of(words.begin(), words.end(), [](const std::string& word) {
    return word.find('\0') != std::string::npos;
  });
  if (nul) return Fail(Code::kInvalidInput, what + ": has a NUL byte");
  return words;
}

Result<CommandLine> CommandField(ConfigFields& spec, std::string_view name,
                                 std::vector<std::string>& warnings, Stray stray = Stray::kWarn) {
  ACD_TRY(ConfigFields fields, spec.Map(name));
  ACD_TRY(CommandLine words, ReadCommand(fields, "spec." + std::string(name), warnings, stray));
  Warn(fields, warnings);
  return words;
}

Status ReadDiscover(ConfigFields& spec, PluginConfig& config) {
  ACD_TRY(ConfigFields discover, spec.Map("discover"));
  ACD_TRY(config.discover_file_name, discover.Text("fileName"));
  ACD_TRY(ConfigFields find, discover.Map("find"));
  ACD_TRY(config.discover_glob, find.Text("glob"));
  ACD_TRY(config.discover_command, ReadCommand(find, "spec.discover.find", config.warnings));
  Warn(discover, config.warnings);
  Warn(find, config.warnings);
  const auto unused = [&](const char* field, const char* because) {
    config.warnings.push_back(std::string("spec.discover.") + field + ": has no effect beside " +
                              because);
  };
  if (!config.discover_file_name.empty()) {
    if (!config.discover_glob.empty()) unused("find.glob", "fileName");
    if (!config.discover_command.empty()) unused("find.command", "fileName");
  } else if (!config.discover_glob.empty() && !config.discover_command.empty()) {
    unused("find.command", "find.glob");
  }
  return {};
}

Result<Announcement> ReadAnnouncement(ConfigFields& fields) {
  Announcement known;
  ACD_TRY(known.name, fields.Text("name"));
  ACD_TRY(known.title, fields.Text("title"));
  ACD_TRY(known.tooltip, fields.Text("tooltip"));
  ACD_TRY(known.required, fields.Flag("required"));
  ACD_TRY(known.item_type, fields.Text("itemType"));
  ACD_TRY(known.collection_type, fields.Text("collectionType"));
  ACD_TRY(known.string, fields.Text("string"));
  ACD_TRY(known.array, fields.Texts("array"));
  ACD_TRY(auto entries, fields.TextMap("map"));
  for (auto& [key, value] : entries) known.map.emplace(std::move(key), std::move(value));
  return known;
}

Status ReadParameters(ConfigFields& spec, PluginConfig& config) {
  ACD_TRY(ConfigFields parameters, spec.Map("parameters"));
  ACD_TRY(std::vector<ConfigFields> entries, parameters.Maps("static"));
  for (ConfigFields& entry : entries) {
    ACD_TRY(Announcement known, ReadAnnouncement(entry));
    Warn(entry, config.warnings);
    config.static_parameters.push_back(std::move(known));
  }
  ACD_TRY(ConfigFields dynamic, parameters.Map("dynamic"));
  ACD_TRY(config.dynamic_parameters,
          ReadCommand(dynamic, "spec.parameters.dynamic", config.warnings));
  Warn(dynamic, config.warnings);
  Warn(parameters, config.warnings);
  return {};
}

Status ReadSpec(ConfigFields& spec, PluginConfig& config) {
  ACD_TRY(config.version, spec.Text("version"));
  ACD_CHECK(CheckName(config.FullName()));
  ACD_TRY(config.init, CommandField(spec, "init", config.warnings));
  // Without it the built-in renderer would do its work.
  ACD_TRY(config.generate, CommandField(spec, "generate", config.warnings, Stray::kRefuse));
  ACD_CHECK(ReadDiscover(spec, config));
  ACD_CHECK(ReadParameters(spec, config));
  ACD_TRY(config.preserve_file_mode, spec.Flag("preserveFileMode"));
  ACD_TRY(config.provide_git_creds, spec.Flag("provideGitCreds"));
  Warn(spec, config.warnings);
  if (config.generate.empty() && !config.init.empty()) {
    return Fail(Code::kInvalidInput, "spec.init: without spec.generate nothing would run it",
                "add spec.generate, or remove spec.init: the built-in renderer fetches charts and "
                "bases by itself");
  }
  return {};
}

Result<PluginConfig> FromDocument(const yaml::Node& document) {
  ACD_TRY(ConfigFields top, ConfigFields::Of(&document, ""));
  ACD_TRY(const std::string kind, top.Text("kind"));
  if (kind != "ConfigManagementPlugin") {
    return Fail(Code::kInvalidInput,
                "kind: must be ConfigManagementPlugin, found \"" + kind.substr(0, 64) + "\"");
  }
  PluginConfig config;
  ACD_TRY([[maybe_unused]] const std::string version, top.Text("apiVersion"));
  ACD_TRY(ConfigFields metadata, top.Map("metadata"));
  ACD_TRY(config.name, metadata.Text("name"));
  if (config.name.empty()) {
    return Fail(Code::kInvalidInput, "metadata.name: must not be empty");
  }
  ACD_TRY(ConfigFields spec, top.Map("spec"));
  ACD_CHECK(ReadSpec(spec, config));
  Warn(top, config.warnings);
  return config;
}

Result<PluginConfig> Parse(const std::string& text) {
  ACD_TRY(const std::vector<yaml::Document> documents,
          yaml::ReadStream(AsBytes(text), ConfigLimits()));
  // As in Argo CD, nothing but the first document counts.
  if (documents.empty() || documents.front().empty) {
    return Fail(Code::kInvalidInput, "kind: must be ConfigManagementPlugin, found nothing");
  }
  return FromDocument(documents.front().root);
}

}  // namespace

Result<PluginConfig> ParsePluginConfig(const std::string& text, const std::string& origin) {
  auto config = Parse(text);
  if (!config) return Fail(std::move(config).error().With(origin));
  return config;
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

}  // namespace acd::custom
