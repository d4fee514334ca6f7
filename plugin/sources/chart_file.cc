#include "plugin/sources/chart_file.h"

#include <algorithm>
#include <set>
#include <utility>

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

std::string Lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c | 0x20);
  }
  return out;
}

bool IsAscii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= 0; });
}

Status CheckNoBinary(const yaml::Node& node, const std::string& file) {
  if (node.tag.ends_with("binary")) {
    return Fail(Code::kInvalidInput,
                file + ": line " + std::to_string(node.line) + ": the tag !!binary",
                "write the text itself");
  }
  for (const yaml::Node& item : node.items) ACD_CHECK(CheckNoBinary(item, file));
  for (const auto& [key, value] : node.members) {
    ACD_CHECK(CheckNoBinary(key, file));
    ACD_CHECK(CheckNoBinary(value, file));
  }
  return {};
}

/// helm matches names in any case, Go's `Å¿` for `s` among them, and follows merge keys.
Status CheckPlainFields(const yaml::Node& mapping, const std::string& file) {
  std::set<std::string> seen;
  for (const auto& [key, value] : mapping.members) {
    const std::string_view name = key.text.ExposeText();
    const std::string lower = Lower(name);
    const bool ours = lower == "dependencies" || lower == "apiversion" || lower == "digest" ||
                      lower == "name" || lower == "version" || lower == "repository";
    const bool plain =
        key.kind == yaml::Node::Kind::kScalar && name != "<<" && IsAscii(name) &&
        (!ours || ((lower == name || name == "apiVersion") && seen.insert(lower).second));
    if (plain) continue;
    return Fail(Code::kInvalidInput,
                file + ": line " + std::to_string(key.line) +
                    ": a merge key, or a field that is given twice or spelled in another way",
                "write each field out, once, as helm documents it");
  }
  return {};
}

Status CheckPlain(const yaml::Node& root, const std::string& file) {
  ACD_CHECK(CheckNoBinary(root, file));
  ACD_CHECK(CheckPlainFields(root, file));
  const yaml::Node* list = Field(root, "dependencies");
  if (list == nullptr) return {};
  for (const yaml::Node& item : list->items) ACD_CHECK(CheckPlainFields(item, file));
  return {};
}

Result<yaml::Document> ReadDocument(const std::string& folder, const std::string& file) {
  ACD_TRY(const SecretBytes content, workspace::ReadFile(folder + "/" + file, kMaxFileBytes));
  auto documents = yaml::ReadStream(content.Expose(), Limits());
  if (!documents) return Fail(std::move(documents).error().With(file));
  if (documents->empty()) return yaml::Document();
  ACD_CHECK(CheckPlain(documents->front().root, file));
  return std::move(documents->front());
}

struct DependencyFile {
  std::vector<Dependency> dependencies;
  yaml::Document document;
};

/// Nothing when there is no such file. What it lists is put into `any`, too.
Result<std::optional<DependencyFile>> ReadIfThere(const std::string& folder,
                                                  const std::string& name,
                                                  std::vector<Dependency>& any) {
  DependencyFile file;
  auto document = ReadDocument(folder, name);
  if (!document && document.error().code == Code::kNotFound) {
    return std::optional<DependencyFile>();
  }
  if (!document) return Fail(std::move(document).error());
  file.document = *std::move(document);
  ACD_TRY(file.dependencies, Dependencies(file.document.root, name));
  any.insert(any.end(), file.dependencies.begin(), file.dependencies.end());
  return std::optional(std::move(file));
}

}  // namespace

Result<ChartFile> ReadChartFile(const std::string& folder) {
  ChartFile chart;
  ACD_TRY(const yaml::Document document, ReadDocument(folder, "Chart.yaml"));
  ACD_TRY(chart.dependencies, Dependencies(document.root, "Chart.yaml"));
  chart.any = chart.dependencies;
  const bool old = Text(Field(document.root, "apiVersion")) == "v1";
  ACD_TRY(auto requirements, ReadIfThere(folder, "requirements.yaml", chart.any));
  ACD_TRY(auto lock, ReadIfThere(folder, "Chart.lock", chart.any));
  ACD_TRY(auto old_lock, ReadIfThere(folder, "requirements.lock", chart.any));
  if (old && requirements) chart.dependencies = std::move(requirements->dependencies);
  std::optional<DependencyFile>& used = old ? old_lock : lock;
  if (!used) return chart;
  chart.lock.emplace();
  chart.lock->dependencies = std::move(used->dependencies);
  chart.lock->digest = Text(Field(used->document.root, "digest"));
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
