#include "plugin/ksops/generator.h"

#include <string_view>
#include <utility>

#include "decrypt/base/encoding.h"
#include "plugin/ksops/yaml_text.h"

namespace acd::ksops {
namespace {

using Kind = yaml::Node::Kind;

const yaml::Node* Member(const yaml::Node& mapping, std::string_view name) {
  const yaml::Node* found = nullptr;
  for (const auto& [key, value] : mapping.members) {
    if (key.text.ExposeText() == name) found = &value;
  }
  const bool null = found != nullptr && found->kind == Kind::kScalar && found->plain &&
                    (found->text.empty() || found->text.ExposeText() == "null" ||
                     found->text.ExposeText() == "~");
  return null ? nullptr : found;
}

Failure Bad(const std::string& field, const char* expected) {
  return Fail(Code::kInvalidInput, "ksops generator: " + field + ": expected " + expected);
}

Result<std::string> ReadString(const yaml::Node* node, const std::string& field) {
  if (node == nullptr) return std::string();
  if (node->kind != Kind::kScalar) return Bad(field, "a string");
  return std::string(node->text.ExposeText());
}

Result<std::vector<std::string>> ReadList(const yaml::Node* node, const std::string& field) {
  std::vector<std::string> values;
  if (node == nullptr) return values;
  if (node->kind != Kind::kSequence) return Bad(field, "a list of paths");
  for (const yaml::Node& item : node->items) {
    if (item.kind != Kind::kScalar || item.text.empty()) return Bad(field, "a list of paths");
    values.emplace_back(item.text.ExposeText());
  }
  return values;
}

Result<std::map<std::string, std::string>> ReadMap(const yaml::Node* node,
                                                   const std::string& field) {
  std::map<std::string, std::string> values;
  if (node == nullptr) return values;
  if (node->kind != Kind::kMapping) return Bad(field, "a map of strings");
  for (const auto& [key, value] : node->members) {
    if (key.kind != Kind::kScalar || value.kind != Kind::kScalar) {
      return Bad(field, "a map of strings");
    }
    values[std::string(key.text.ExposeText())] = value.text.ExposeText();
  }
  return values;
}

Result<SecretFrom> ReadSecretFrom(const yaml::Node& node, const std::string& field) {
  if (node.kind != Kind::kMapping) return Bad(field, "a map");
  SecretFrom secret;
  if (const yaml::Node* metadata = Member(node, "metadata")) {
    if (metadata->kind != Kind::kMapping) return Bad(field + ".metadata", "a map");
    ACD_TRY(secret.name, ReadString(Member(*metadata, "name"), field + ".metadata.name"));
    ACD_TRY(secret.namespace_,
            ReadString(Member(*metadata, "namespace"), field + ".metadata.namespace"));
    ACD_TRY(secret.labels, ReadMap(Member(*metadata, "labels"), field + ".metadata.labels"));
    ACD_TRY(secret.annotations,
            ReadMap(Member(*metadata, "annotations"), field + ".metadata.annotations"));
  }
  ACD_TRY(secret.type, ReadString(Member(node, "type"), field + ".type"));
  ACD_TRY(secret.files, ReadList(Member(node, "files"), field + ".files"));
  ACD_TRY(secret.binary_files, ReadList(Member(node, "binaryFiles"), field + ".binaryFiles"));
  ACD_TRY(secret.envs, ReadList(Member(node, "envs"), field + ".envs"));
  return secret;
}

struct KeyPath {
  std::string key;
  std::string path;
};

// `KEY=PATH`, or PATH with its last component for a key.
Result<KeyPath> SplitKeyPath(const std::string& entry) {
  const std::size_t equals = entry.find('=');
  if (equals == std::string::npos) return KeyPath{entry.substr(entry.rfind('/') + 1), entry};
  if (entry.find('=', equals + 1) != std::string::npos) {
    return Fail(Code::kInvalidInput, "invalid format in file generator " + entry);
  }
  return KeyPath{entry.substr(0, equals), entry.substr(equals + 1)};
}

void AppendField(SecretBytes& out, std::string_view indent, std::string_view key,
                 std::string_view value) {
  out.Append(indent);
  AppendQuoted(out, key);
  out.Append(": ");
  AppendQuoted(out, value);
  out.Append('\n');
}

void AppendMap(SecretBytes& out, std::string_view title,
               const std::map<std::string, std::string>& values) {
  if (values.empty()) return;
  out.Append("  ");
  out.Append(title);
  out.Append(":\n");
  for (const auto& [key, value] : values) AppendField(out, "    ", key, value);
}

void AppendMetadata(SecretBytes& out, const SecretFrom& secret) {
  const bool empty = secret.name.empty() && secret.namespace_.empty() && secret.labels.empty() &&
                     secret.annotations.empty();
  if (empty) {
    out.Append("metadata: {}\n");
    return;
  }
  out.Append("metadata:\n");
  AppendMap(out, "annotations", secret.annotations);
  AppendMap(out, "labels", secret.labels);
  if (!secret.name.empty()) AppendField(out, "  ", "name", secret.name);
  if (!secret.namespace_.empty()) AppendField(out, "  ", "namespace", secret.namespace_);
}

using Entries = std::map<std::string, SecretBytes>;

void AppendEntries(SecretBytes& out, std::string_view title, const Entries& entries) {
  if (entries.empty()) return;
  out.Append(title);
  out.Append(":\n");
  for (const auto& [key, value] : entries) AppendField(out, "  ", key, value.ExposeText());
}

Result<Entries> Open(const std::vector<std::string>& entries, FileOpener& opener, bool binary) {
  Entries out;
  for (const std::string& entry : entries) {
    ACD_TRY(const KeyPath key_path, SplitKeyPath(entry));
    auto content = opener.Decrypt(key_path.path);
    if (!content) return Fail(std::move(content).error());
    if (binary) {
      out[key_path.key] = EncodeBase64(content->Expose());
    } else if (IsUtf8(content->ExposeText())) {
      out[key_path.key] = *std::move(content);
    } else {
      return Fail(Code::kInvalidInput, key_path.path + ": not text", "list it under binaryFiles");
    }
  }
  return out;
}

Result<SecretBytes> MakeSecret(const SecretFrom& secret, FileOpener& opener) {
  if (!secret.envs.empty()) {
    return Fail(Code::kUnsupported,
                secret.envs.front() + ": secretFrom.envs is not supported by this version",
                "encrypt the variables as a Secret and list it under files");
  }
  ACD_TRY(const Entries data, Open(secret.binary_files, opener, /*binary=*/true));
  ACD_TRY(const Entries string_data, Open(secret.files, opener, /*binary=*/false));
  SecretBytes out;
  out.Append("apiVersion: v1\n");
  AppendEntries(out, "data", data);
  out.Append("kind: Secret\n");
  AppendMetadata(out, secret);
  AppendEntries(out, "stringData", string_data);
  if (!secret.type.empty()) AppendField(out, "", "type", secret.type);
  return out;
}

}  // namespace

Result<Generator> ParseGenerator(const yaml::Node& object) {
  if (object.kind != Kind::kMapping) return Bad("document", "an object");
  Generator generator;
  if (const yaml::Node* files = Member(object, "files")) {
    ACD_TRY(generator.files, ReadList(files, "files"));
  }
  if (const yaml::Node* list = Member(object, "secretFrom")) {
    if (list->kind != Kind::kSequence) return Bad("secretFrom", "a list");
    generator.secret_from.emplace();
    for (std::size_t i = 0; i < list->items.size(); ++i) {
      ACD_TRY(SecretFrom secret,
              ReadSecretFrom(list->items[i], "secretFrom[" + std::to_string(i) + "]"));
      generator.secret_from->push_back(std::move(secret));
    }
  }
  if (!generator.files && !generator.secret_from) {
    return Fail(Code::kInvalidInput,
                "missing the required 'files' or 'secretFrom' key in the ksops manifests");
  }
  return generator;
}

Result<std::vector<SecretBytes>> Generate(const Generator& generator, FileOpener& opener) {
  std::vector<SecretBytes> parts;
  for (const std::string& file : generator.files.value_or(std::vector<std::string>())) {
    ACD_TRY(SecretBytes content, opener.Decrypt(file));
    parts.push_back(std::move(content));
  }
  for (const SecretFrom& from : generator.secret_from.value_or(std::vector<SecretFrom>())) {
    ACD_TRY(SecretBytes secret, MakeSecret(from, opener));
    parts.push_back(std::move(secret));
  }
  return parts;
}

SecretBytes JoinDocuments(const std::vector<SecretBytes>& parts) {
  SecretBytes out;
  for (const SecretBytes& part : parts) {
    if (!out.empty()) out.Append("---\n");
    out.Append(part.Expose());
    if (!part.empty() && part.ExposeText().back() != '\n') out.Append('\n');
  }
  return out;
}

}  // namespace acd::ksops
