#include "plugin/render/kustomize_plugin.h"

#include <algorithm>
#include <vector>

#include "plugin/render/yaml_fields.h"

namespace acd::render {
namespace {

using Kind = yaml::Node::Kind;

constexpr const char* kHint = "only kustomize's builtin plugins and ksops may run here";

std::string Quotable(const std::string& text) {
  const bool plain =
      !text.empty() && text.size() <= 200 &&
      std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 0x7f; });
  return plain ? text : "(unnamed)";
}

Failure Refuse(const std::string& what) {
  return Fail(Code::kInvalidInput, "kustomize plugin " + what + ": not allowed", kHint);
}

// Members of this exact name, merge keys followed: a later one, or one in a merged map, may be the
// one that kustomize takes, so more than one is refused. False: nested too deep to be sure.
bool Collect(const yaml::Node& mapping, std::string_view name, int depth,
             std::vector<const yaml::Node*>& found) {
  for (const auto& [key, value] : mapping.members) {
    if (key.kind != Kind::kScalar) continue;
    if (key.text.ExposeText() == name) found.push_back(&value);
    if (key.text.ExposeText() != "<<") continue;
    if (depth == 0 || !Collect(value, name, depth - 1, found)) return false;
    for (const yaml::Node& item : value.items) {
      if (!Collect(item, name, depth - 1, found)) return false;
    }
  }
  return true;
}

Result<const yaml::Node*> Member(const yaml::Node* mapping, std::string_view name) {
  constexpr int kMaxMergeDepth = 16;
  std::vector<const yaml::Node*> found;
  if (mapping != nullptr && !Collect(*mapping, name, kMaxMergeDepth, found)) {
    return Refuse("with merge keys (<<) that are nested too deep");
  }
  if (found.size() > 1) return Refuse("with " + std::string(name) + " given twice");
  return found.empty() ? nullptr : found.front();
}

std::string BaseName(const std::string& path) { return path.substr(path.rfind('/') + 1); }

bool IsEmpty(const yaml::Node& node) {
  return node.kind == Kind::kScalar ? node.text.empty()
                                    : node.items.empty() && node.members.empty();
}

Result<PluginUse> ReadExec(const yaml::Node& exec) {
  PluginUse use{PluginUse::Kind::kKsops, ""};
  int paths = 0;
  ACD_CHECK(ForEachField(exec, [&](const std::string& name, const yaml::Node& value) -> Status {
    if (name == "path") {
      // Of `path` and `Path`, kustomize's choice is not the order in the file.
      if (++paths > 1) return Refuse("exec function with path given twice");
      use.exec_path = ScalarText(&value);
      return {};
    }
    if (IsEmpty(value)) return {};
    return Refuse("exec function with " + Quotable(name));
  }));
  if (BaseName(use.exec_path) != "ksops") {
    return Refuse("exec function " + Quotable(use.exec_path));
  }
  return use;
}

// The text of a function annotation, or metadata.configFn.
Result<PluginUse> ReadFunction(const yaml::Node& spec) {
  if (spec.kind != Kind::kMapping) return Refuse("with a function that is not a map");
  const yaml::Node* exec = nullptr;
  ACD_CHECK(ForEachField(spec, [&](const std::string& name, const yaml::Node& value) -> Status {
    if (name == "exec") {
      if (exec != nullptr) return Refuse("function with exec given twice");
      exec = &value;
      return {};
    }
    if (IsEmpty(value)) return {};
    const yaml::Node* image = Field(value, "image");
    return Refuse(image == nullptr ? "function with " + Quotable(name)
                                   : "container function " + Quotable(ScalarText(image)));
  }));
  if (exec == nullptr) return Refuse("function without exec");
  return ReadExec(*exec);
}

Result<PluginUse> ReadAnnotation(const std::string& text) {
  const auto documents = yaml::ReadStream(AsBytes(text), Limits());
  if (!documents || documents->empty()) return Refuse("with an unreadable function annotation");
  ACD_CHECK(CheckNoBinary(documents->front().root));
  return ReadFunction(documents->front().root);
}

bool EndsWord(char c) {
  return std::string_view(" \t\r\n\"'},]#\\").find(c) != std::string_view::npos;
}

bool BeginsWord(char c) {
  return std::string_view(" \t\r\n\"'{[:,").find(c) != std::string_view::npos;
}

}  // namespace

Result<PluginUse> ClassifyPlugin(const yaml::Node& object) {
  if (object.kind != Kind::kMapping) return Refuse("that is not an object");
  ACD_TRY(const yaml::Node* api_node, Member(&object, "apiVersion"));
  ACD_TRY(const yaml::Node* kind_node, Member(&object, "kind"));
  const std::string api_version = ScalarText(api_node);
  const std::string kind = ScalarText(kind_node);
  if (api_version == "builtin") return PluginUse{};
  ACD_TRY(const yaml::Node* metadata, Member(&object, "metadata"));
  ACD_TRY(const yaml::Node* annotations, Member(metadata, "annotations"));
  for (const char* key : {"config.kubernetes.io/function", "config.k8s.io/function"}) {
    ACD_TRY(const yaml::Node* annotation, Member(annotations, key));
    const std::string text = ScalarText(annotation);
    if (!text.empty()) return ReadAnnotation(text);
  }
  ACD_TRY(const yaml::Node* function, Member(metadata, "configFn"));
  if (function != nullptr) return ReadFunction(*function);
  ACD_TRY(const yaml::Node* container, Member(annotations, "config.kubernetes.io/container"));
  if (container != nullptr) return Refuse("container function " + Quotable(ScalarText(container)));
  if (api_version != "viaduct.ai/v1" || kind != "ksops") {
    return Refuse(Quotable(api_version) + "/" + Quotable(kind));
  }
  for (const char* field : {"argsoneliner", "argsfromfile"}) {
    if (Field(object, field) != nullptr) return Refuse("ksops with arguments");
  }
  return PluginUse{PluginUse::Kind::kLegacyKsops, ""};
}

std::string RewriteExecPaths(std::string_view text, const std::set<std::string>& paths) {
  std::string out(text);
  for (const std::string& path : paths) {
    for (std::size_t at = out.find(path); at != std::string::npos; at = out.find(path, at)) {
      const std::size_t end = at + path.size();
      const bool word =
          (at == 0 || BeginsWord(out[at - 1])) && (end == out.size() || EndsWord(out[end]));
      if (!word) {
        at = end;
        continue;
      }
      out.replace(at, path.size(), "ksops");
      at += 5;
    }
  }
  return out;
}

}  // namespace acd::render
