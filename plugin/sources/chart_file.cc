#include "plugin/sources/chart_file.h"

#include <algorithm>

#include "decrypt/yaml/reader.h"
#include "plugin/sources/digest.h"
#include "plugin/sources/json_text.h"
#include "plugin/workspace/workspace.h"

namespace acd::sources {
namespace {

constexpr std::size_t kMaxFileBytes = 2U << 20U;
constexpr std::size_t kMaxDependencies = 500;

const yaml::Node* Field(const yaml::Node& mapping, std::string_view name) {
  const yaml::Node* found = nullptr;
  for (const auto& [key, value] : mapping.members) {
    if (key.kind == yaml::Node::Kind::kScalar && key.text.ExposeText() == name) found = &value;
  }
  return found;
}

std::string Text(const yaml::Node* node) {
  if (node == nullptr || node->kind != yaml::Node::Kind::kScalar) return {};
  if (node->plain && yaml::ResolveYaml11(*node) == yaml::Type::kNull) return {};
  return std::string(node->text.ExposeText());
}

/// As Go's encoding/json writes it: strings, lists of them, and maps of strings with sorted keys.
bool AppendNode(SecretBytes& out, const yaml::Node& node, int depth = 0) {
  if (depth > 3) return false;
  switch (node.kind) {
    case yaml::Node::Kind::kScalar:
      if (node.plain && yaml::ResolveYaml11(node) != yaml::Type::kString) return false;
      AppendJson(out, node.text.ExposeText());
      return true;
    case yaml::Node::Kind::kSequence:
      out.Append('[');
      for (const yaml::Node& item : node.items) {
        if (&item != &node.items.front()) out.Append(',');
        if (!AppendNode(out, item, depth + 1)) return false;
      }
      out.Append(']');
      return true;
    case yaml::Node::Kind::kMapping:
      break;
  }
  std::vector<std::pair<std::string, const yaml::Node*>> members;
  for (const auto& [key, value] : node.members) members.emplace_back(Text(&key), &value);
  std::sort(members.begin(), members.end());
  out.Append('{');
  for (const auto& member : members) {
    if (&member != &members.front()) out.Append(',');
    AppendJson(out, member.first);
    out.Append(':');
    if (!AppendNode(out, *member.second, depth + 1)) return false;
  }
  out.Append('}');
  return true;
}

/// In the order of helm's struct chart.Dependency, empty fields left out but for name and
/// repository.
std::optional<std::pair<std::string, std::string>> Json(const yaml::Node& node,
                                                        const Dependency& dependency) {
  SecretBytes front;
  AppendJsonField(front, "name", dependency.name);
  if (!dependency.version.empty()) {
    front.Append(',');
    AppendJsonField(front, "version", dependency.version);
  }
  SecretBytes back;
  if (const std::string condition = Text(Field(node, "condition")); !condition.empty()) {
    back.Append(',');
    AppendJsonField(back, "condition", condition);
  }
  if (const yaml::Node* tags = Field(node, "tags"); tags != nullptr && !tags->items.empty()) {
    back.Append(",\"tags\":");
    if (!AppendNode(back, *tags)) return std::nullopt;
  }
  if (const std::string enabled = Text(Field(node, "enabled")); enabled == "true") {
    back.Append(",\"enabled\":true");
  } else if (!enabled.empty() && enabled != "false") {
    return std::nullopt;
  }
  const yaml::Node* values = Field(node, "import-values");
  if (values != nullptr && !values->items.empty()) {
    back.Append(",\"import-values\":");
    if (!AppendNode(back, *values)) return std::nullopt;
  }
  if (const std::string alias = Text(Field(node, "alias")); !alias.empty()) {
    back.Append(',');
    AppendJsonField(back, "alias", alias);
  }
  return std::pair(std::string(front.ExposeText()), std::string(back.ExposeText()));
}

Result<std::vector<Dependency>> Dependencies(const yaml::Node& root, const std::string& file) {
  std::vector<Dependency> dependencies;
  const yaml::Node* list = Field(root, "dependencies");
  if (list == nullptr || list->kind != yaml::Node::Kind::kSequence) return dependencies;
  if (list->items.size() > kMaxDependencies) {
    return Fail(Code::kLimitExceeded,
                file + ": dependencies: more than " + std::to_string(kMaxDependencies));
  }
  for (const yaml::Node& item : list->items) {
    Dependency one;
    one.name = Text(Field(item, "name"));
    one.version = Text(Field(item, "version"));
    one.repository = Text(Field(item, "repository"));
    // The name becomes a file's and a part of URLs.
    if (one.name.empty() || one.name.find('/') != std::string::npos || one.name.front() == '.' ||
        one.version.find('/') != std::string::npos) {
      return Fail(Code::kInvalidInput, file + ": dependencies: line " + std::to_string(item.line) +
                                           ": name or version is missing or not allowed");
    }
    one.json = Json(item, one);
    dependencies.push_back(std::move(one));
  }
  return dependencies;
}

Result<yaml::Document> ReadDocument(const std::string& folder, const std::string& file) {
  ACD_TRY(const SecretBytes content, workspace::ReadFile(folder + "/" + file, kMaxFileBytes));
  auto documents = yaml::ReadStream(content.Expose(), Limits());
  if (!documents) return Fail(std::move(documents).error().With(file));
  if (documents->empty()) return yaml::Document();
  return std::move(documents->front());
}

Result<std::vector<Dependency>> ReadList(const std::string& folder, const std::string& file) {
  ACD_TRY(const yaml::Document document, ReadDocument(folder, file));
  return Dependencies(document.root, file);
}

}  // namespace

Result<ChartFile> ReadChartFile(const std::string& folder) {
  ChartFile chart;
  ACD_TRY(const yaml::Document document, ReadDocument(folder, "Chart.yaml"));
  ACD_TRY(chart.dependencies, Dependencies(document.root, "Chart.yaml"));
  const bool old = Text(Field(document.root, "apiVersion")) == "v1";
  if (old) {
    auto requirements = ReadList(folder, "requirements.yaml");
    if (requirements) {
      chart.dependencies = *std::move(requirements);
    } else if (requirements.error().code != Code::kNotFound) {
      return Fail(std::move(requirements).error());
    }
  }
  const std::string lock_file = old ? "requirements.lock" : "Chart.lock";
  auto lock = ReadDocument(folder, lock_file);
  if (!lock && lock.error().code == Code::kNotFound) return chart;
  if (!lock) return Fail(std::move(lock).error());
  chart.lock.emplace();
  ACD_TRY(chart.lock->dependencies, Dependencies(lock->root, lock_file));
  chart.lock->digest = Text(Field(lock->root, "digest"));
  return chart;
}

std::optional<std::string> LockDigest(const std::vector<Dependency>& wanted,
                                      const std::vector<Dependency>& locked) {
  SecretBytes text;
  for (const std::vector<Dependency>* list : {&wanted, &locked}) {
    text.Append(text.empty() ? "[[" : ",[");
    for (const Dependency& one : *list) {
      if (!one.json) return std::nullopt;
      if (&one != &list->front()) text.Append(',');
      text.Append('{');
      text.Append(one.json->first);
      text.Append(',');
      AppendJsonField(text, "repository", one.repository);
      text.Append(one.json->second);
      text.Append('}');
    }
    text.Append(']');
  }
  text.Append(']');
  return "sha256:" + Sha256Hex(text.ExposeText());
}

bool IsExactVersion(std::string_view version) {
  if (version.starts_with('v')) version.remove_prefix(1);
  const std::size_t suffix = std::min(version.find_first_of("-+"), version.size());
  int dots = 0;
  bool digit_before = false;
  for (const char c : version.substr(0, suffix)) {
    if (c == '.') {
      if (!digit_before) return false;
      ++dots;
      digit_before = false;
    } else if (c >= '0' && c <= '9') {
      digit_before = true;
    } else {
      return false;
    }
  }
  if (dots != 2 || !digit_before) return false;
  return std::all_of(version.begin() + static_cast<std::ptrdiff_t>(suffix), version.end(),
                     [](char c) {
                       return c == '-' || c == '+' || c == '.' || (c >= '0' && c <= '9') ||
                              (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
                     });
}

}  // namespace acd::sources
