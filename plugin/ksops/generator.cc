#include "plugin/ksops/generator.h"

#include <string_view>
#include <utility>

#include "decrypt/base/encoding.h"
#include "plugin/ksops/dotenv.h"
#include "plugin/ksops/scalar_text.h"
#include "plugin/ksops/yaml_text.h"

namespace acd::ksops {
namespace {

using Kind = yaml::Node::Kind;

// As Go's JSON package finds a field: by its name, else whatever its case. A later one wins.
const yaml::Node* Member(const yaml::Node& mapping, std::string_view name) {
  const yaml::Node* found = nullptr;
  const yaml::Node* alike = nullptr;
  for (const auto& [key, value] : mapping.members) {
    const std::string_view text = key.text.ExposeText();
    if (text == name) found = &value;
    if (EqualsIgnoringCase(text, name)) alike = &value;
  }
  if (found == nullptr) found = alike;
  return found == nullptr || IsNull(*found) ? nullptr : found;
}

Failure Bad(const std::string& field, const char* expected) {
  return Fail(Code::kInvalidInput, "ksops generator: " + field + ": expected " + expected);
}

Result<std::string> ReadString(const yaml::Node* node, const std::string& field) {
  if (node == nullptr) return std::string();
  if (node->kind != Kind::kScalar) return Bad(field, "a string");
  return ScalarText(*node);
}

Result<std::vector<std::string>> ReadList(const yaml::Node* node, const std::string& field) {
  std::vector<std::string> values;
  if (node == nullptr) return values;
  if (node->kind != Kind::kSequence) return Bad(field, "a list of paths");
  for (const yaml::Node& item : node->items) {
    if (item.kind != Kind::kScalar || item.text.empty()) return Bad(field, "a list of paths");
    values.push_back(ScalarText(item));
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
    values[ScalarText(key)] = ScalarText(value);
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

using Entries = Variables;

void AppendEntries(SecretBytes& out, std::string_view title, const Entries& entries) {
  if (entries.empty()) return;
  out.Append(title);
  out.Append(":\n");
  for (const auto& [key, value] : entries) AppendField(out, "  ", key, value.ExposeText());
}

Status AddFiles(const std::vector<std::string>& entries, FileOpener& opener, bool binary,
                Entries& out) {
  for (const std::string& entry : entries) {
    ACD_TRY(KeyPath key_path, SplitKeyPath(entry));
    ACD_TRY(SecretBytes content, opener.Decrypt(key_path.path));
    if (binary) {
      out.insert_or_assign(std::move(key_path.key), EncodeBase64(content.Expose()));
    } else if (IsUtf8(content.ExposeText())) {
      out.insert_or_assign(std::move(key_path.key), std::move(content));
    } else {
      return Fail(Code::kInvalidInput, key_path.path + ": not text", "list it under binaryFiles");
    }
  }
  return {};
}

Status AddVariables(const std::string& file, FileOpener& opener, Entries& out) {
  ACD_TRY(const SecretBytes content, opener.Decrypt(file));
  auto variables = ParseDotenv(content.ExposeText(), Limits().max_document_bytes);
  if (!variables) {
    return Fail(std::move(variables).error().With(file).Hint(
        "files under envs hold lines like NAME=value; list others under files"));
  }
  for (auto& [name, value] : *variables) {
    if (name.empty()) return Fail(Code::kInvalidInput, file + ": a value without a name");
    if (!IsUtf8(name) || !IsUtf8(value.ExposeText())) {
      return Fail(Code::kInvalidInput, file + ": not text", "list it under binaryFiles");
    }
    out.insert_or_assign(name, std::move(value));
  }
  return {};
}

Result<SecretBytes> MakeSecret(const SecretFrom& secret, FileOpener& opener) {
  Entries data;
  Entries string_data;
  ACD_CHECK(AddFiles(secret.files, opener, /*binary=*/false, string_data));
  ACD_CHECK(AddFiles(secret.binary_files, opener, /*binary=*/true, data));
  for (const std::string& file : secret.envs) ACD_CHECK(AddVariables(file, opener, string_data));
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

std::vector<std::string> FilesOf(const Generator& generator) {
  std::vector<std::string> paths = generator.files.value_or(std::vector<std::string>());
  for (const SecretFrom& from : generator.secret_from.value_or(std::vector<SecretFrom>())) {
    for (const auto* entries : {&from.files, &from.binary_files}) {
      for (const std::string& entry : *entries) {
        if (auto key_path = SplitKeyPath(entry)) paths.push_back(std::move(key_path->path));
      }
    }
    paths.insert(paths.end(), from.envs.begin(), from.envs.end());
  }
  return paths;
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
