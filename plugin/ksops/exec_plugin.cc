#include "plugin/ksops/exec_plugin.h"

#include <string_view>

#include "plugin/ksops/generator.h"
#include "plugin/ksops/scalar_text.h"
#include "plugin/ksops/yaml_text.h"

namespace acd::ksops {
namespace {

using Kind = yaml::Node::Kind;

constexpr std::string_view kMark = "argocd-decrypt/was-a-function";

const yaml::Node* Find(const yaml::Node* mapping, std::string_view name) {
  if (mapping == nullptr || mapping->kind != Kind::kMapping) return nullptr;
  for (const auto& [key, value] : mapping->members) {
    if (key.text.ExposeText() == name) return &value;
  }
  return nullptr;
}

bool Is(const yaml::Node* node, std::string_view text) {
  return node != nullptr && node->kind == Kind::kScalar && node->text.ExposeText() == text;
}

// Members that would make another plugin of it.
bool HasOptions(const yaml::Node& object) {
  for (const auto& [key, value] : object.members) {
    const std::string_view name = key.text.ExposeText();
    if (key.kind != Kind::kScalar || name == "<<" || EqualsIgnoringCase(name, "argsOneLiner") ||
        EqualsIgnoringCase(name, "argsFromFile") || EqualsIgnoringCase(name, "items")) {
      return true;
    }
  }
  return false;
}

// It says what runs, and nothing else: other annotations may tell kustomize something.
bool IsFunction(const yaml::Node* metadata) {
  const yaml::Node* const annotations = Find(metadata, "annotations");
  if (annotations == nullptr || annotations->members.size() != 1) return false;
  const yaml::Node& key = annotations->members.front().first;
  return Is(&key, "config.kubernetes.io/function") || Is(&key, "config.k8s.io/function");
}

void AppendField(SecretBytes& out, std::string_view key, std::string_view value) {
  out.Append(key);
  AppendQuoted(out, value);
  out.Append('\n');
}

void AppendList(SecretBytes& out, std::string_view title, const std::vector<std::string>& values) {
  out.Append(title);
  out.Append(" [");
  for (const std::string& value : values) {
    AppendQuoted(out, value);
    out.Append(',');
  }
  out.Append("]\n");
}

void AppendMap(SecretBytes& out, std::string_view title,
               const std::map<std::string, std::string>& values) {
  out.Append(title);
  out.Append(" {");
  for (const auto& [key, value] : values) {
    AppendQuoted(out, key);
    out.Append(": ");
    AppendQuoted(out, value);
    out.Append(',');
  }
  out.Append("}\n");
}

void AppendSecretFrom(SecretBytes& out, const SecretFrom& secret) {
  AppendField(out, "- type: ", secret.type);
  AppendList(out, "  files:", secret.files);
  AppendList(out, "  binaryFiles:", secret.binary_files);
  AppendList(out, "  envs:", secret.envs);
  AppendField(out, "  metadata:\n    name: ", secret.name);
  AppendField(out, "    namespace: ", secret.namespace_);
  AppendMap(out, "    labels:", secret.labels);
  AppendMap(out, "    annotations:", secret.annotations);
}

}  // namespace

std::optional<std::string> AsExecPlugin(const yaml::Node& object) {
  if (!Is(Find(&object, "apiVersion"), "viaduct.ai/v1") || !Is(Find(&object, "kind"), "ksops") ||
      HasOptions(object)) {
    return std::nullopt;
  }
  const yaml::Node* const metadata = Find(&object, "metadata");
  const yaml::Node* const name = Find(metadata, "name");
  if (!IsFunction(metadata) || name == nullptr || name->kind != Kind::kScalar ||
      ScalarText(*name).empty()) {
    return std::nullopt;
  }
  const auto generator = ParseGenerator(object);
  if (!generator) return std::nullopt;
  SecretBytes out = SecretBytes::CopyOf("apiVersion: viaduct.ai/v1\nkind: ksops\nmetadata:\n");
  AppendField(out, "  name: ", ScalarText(*name));
  if (const yaml::Node* space = Find(metadata, "namespace"); space != nullptr) {
    if (space->kind != Kind::kScalar) return std::nullopt;
    AppendField(out, "  namespace: ", ScalarText(*space));
  }
  out.Append("  annotations:\n    ");
  out.Append(kMark);
  out.Append(": \"true\"\n");
  if (generator->files) AppendList(out, "files:", *generator->files);
  if (generator->secret_from) {
    out.Append(generator->secret_from->empty() ? "secretFrom: []\n" : "secretFrom:\n");
    for (const SecretFrom& secret : *generator->secret_from) AppendSecretFrom(out, secret);
  }
  return std::string(out.ExposeText());
}

bool IsFormerFunction(const yaml::Node& object) {
  return Find(Find(Find(&object, "metadata"), "annotations"), kMark) != nullptr;
}

}  // namespace acd::ksops
