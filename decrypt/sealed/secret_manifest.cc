#include "decrypt/sealed/secret_manifest.h"

#include <algorithm>
#include <array>
#include <map>
#include <string_view>
#include <utility>

#include "decrypt/base/encoding.h"
#include "decrypt/base/secret_bytes.h"

namespace acd::sealed {
namespace {

using sops::Entry;
using sops::Node;

// Set by the API server, or meaningless for a Secret that another object owns.
constexpr auto kServerFields = std::to_array<std::string_view>(
    {"selfLink", "uid", "resourceVersion", "generation", "creationTimestamp", "deletionTimestamp",
     "deletionGracePeriodSeconds", "ownerReferences", "managedFields"});
constexpr auto kSecretFields = std::to_array<std::string_view>(
    {"apiVersion", "kind", "metadata", "type", "immutable", "data", "stringData"});
// The whole Secret as it was applied, values included.
constexpr std::string_view kLastApplied = "kubectl.kubernetes.io/last-applied-configuration";
constexpr std::string_view kCiphertext = "ENC[AES256_GCM,";

template <typename Names>
bool Contains(const Names& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

Node Text(std::string_view text) { return Node(SecretBytes::CopyOf(text)); }

void Put(Node::Map& map, std::string key, Node value) {
  map.push_back({std::move(key), std::move(value)});
}

/// A copy without comments: in a file that was encrypted they may be secret.
Node CopyOf(const Node& node) {
  struct Visitor {
    Node operator()(const SecretBytes& text) const { return Node(text.Clone()); }
    Node operator()(const sops::Comment&) const { return Node(); }
    Node operator()(const Node::List& list) const {
      Node::List copy;
      for (const Node& item : list) {
        if (!item.Is<sops::Comment>()) copy.push_back(CopyOf(item));
      }
      return Node(std::move(copy));
    }
    Node operator()(const Node::Map& map) const {
      Node::Map copy;
      for (const Entry& entry : map) {
        if (!entry.value.Is<sops::Comment>()) Put(copy, entry.key, CopyOf(entry.value));
      }
      return Node(std::move(copy));
    }
    Node operator()(const Node::Null&) const { return Node(); }
    Node operator()(bool value) const { return Node(value); }
    Node operator()(std::int64_t value) const { return Node(value); }
    Node operator()(double value) const { return Node(value); }
    Node operator()(const sops::Timestamp& value) const { return Node(value); }
    Node operator()(const sops::Unwalkable& value) const { return Node(value); }
  };
  return std::visit(Visitor{}, node.value);
}

/// The member of that name, null counting as absent.
const Node* Find(const Node::Map& map, std::string_view key) {
  for (const Entry& entry : map) {
    if (entry.value.Is<sops::Comment>() || entry.value.Is<Node::Null>()) continue;
    if (entry.key == key) return &entry.value;
  }
  return nullptr;
}

std::string TextOf(const Node* node) {
  const auto* text = node == nullptr ? nullptr : node->As<SecretBytes>();
  return text == nullptr ? std::string() : std::string(text->ExposeText());
}

/// A member that is a map or absent.
Result<const Node::Map*> MapOf(const Node::Map& parent, std::string_view key) {
  const Node* node = Find(parent, key);
  if (node == nullptr) return nullptr;
  if (const auto* map = node->As<Node::Map>()) return map;
  return Fail(Code::kInvalidInput, std::string(key) + ": must be a map");
}

Status CheckKind(const Node::Map& secret) {
  const std::string kind = TextOf(Find(secret, "kind"));
  if (TextOf(Find(secret, "apiVersion")) != "v1" || kind != "Secret") {
    return Fail(Code::kInvalidInput, "not a Secret (apiVersion: v1, kind: Secret)",
                kind == "List" ? "write the Secrets as documents of their own, with --- between"
                               : "only a Secret can be sealed");
  }
  for (const Entry& entry : secret) {
    if (entry.value.Is<sops::Comment>() || Contains(kSecretFields, entry.key)) continue;
    return Fail(Code::kInvalidInput, entry.key + ": a Secret has no such field",
                "values belong below data (base64) or stringData (text)");
  }
  return {};
}

/// The values of one map by their keys. `encoded`: in base64, as in `data`.
Status ReadValues(const Node::Map& map, bool encoded, std::map<std::string, SecretBytes>& values) {
  for (const Entry& entry : map) {
    if (entry.value.Is<sops::Comment>()) continue;
    const auto* text = entry.value.As<SecretBytes>();
    if (text == nullptr && !entry.value.Is<Node::Null>()) {
      return Fail(Code::kInvalidInput, entry.key + ": must be a string", "put it in quotes");
    }
    SecretBytes value = text == nullptr ? SecretBytes() : text->Clone();
    if (encoded) {
      auto decoded = DecodeBase64Go(value.ExposeText());
      if (!decoded) {
        return Fail(std::move(decoded).error().With(entry.key).Hint(
            "values of data are base64; those of stringData are plain text"));
      }
      value = *std::move(decoded);
    }
    if (value.ExposeText().find(kCiphertext) != std::string_view::npos) {
      return Fail(Code::kInvalidInput, entry.key + ": is still encrypted by sops");
    }
    values.insert_or_assign(entry.key, std::move(value));
  }
  return {};
}

/// Of both maps; `stringData` wins, as in Kubernetes.
Result<std::map<std::string, SecretBytes>> Values(const Node::Map& secret) {
  std::map<std::string, SecretBytes> values;
  for (const std::string_view field : {"data", "stringData"}) {
    ACD_TRY(const Node::Map* map, MapOf(secret, field));
    if (map == nullptr) continue;
    auto read = ReadValues(*map, field == "data", values);
    if (!read) return Fail(std::move(read).error().With(field));
  }
  if (values.empty()) {
    return Fail(Code::kInvalidInput,
                "data, stringData: no value in them, so there is nothing to seal");
  }
  return values;
}

/// Name and namespace; what the scope binds values to has to be there.
struct Names {
  std::string name;
  std::string namespace_;
};

Result<Names> NamesOf(const Node::Map& metadata, const SealOptions& options) {
  Names names{TextOf(Find(metadata, "name")), TextOf(Find(metadata, "namespace"))};
  if (names.namespace_.empty()) names.namespace_ = options.default_namespace;
  if (names.name.empty()) {
    return Fail(Code::kInvalidInput, "metadata.name: missing, or not a string");
  }
  if (names.namespace_.empty() && options.scope != Scope::kClusterWide) {
    return Fail(Code::kInvalidInput,
                "metadata.namespace: missing, and the values are sealed for one namespace",
                "add it, or --namespace, or --scope cluster-wide");
  }
  return names;
}

Node::Map NamedMetadata(const Names& names) {
  Node::Map metadata;
  Put(metadata, "name", Text(names.name));
  if (!names.namespace_.empty()) Put(metadata, "namespace", Text(names.namespace_));
  return metadata;
}

/// Sets the annotation of the scope and removes those of the others, which would mislead a reader.
void SetScope(Node::Map& annotations, Scope scope) {
  for (const Scope other : {Scope::kNamespaceWide, Scope::kClusterWide}) {
    std::erase_if(annotations,
                  [&](const Entry& entry) { return entry.key == ScopeAnnotation(other); });
  }
  if (const std::string_view name = ScopeAnnotation(scope); !name.empty()) {
    Put(annotations, std::string(name), Text("true"));
  }
}

/// The Secret's own annotations, but for the copy of itself.
Result<Node::Map> Annotations(const Node::Map& metadata) {
  Node::Map annotations;
  ACD_TRY(const Node::Map* given, MapOf(metadata, "annotations"));
  if (given == nullptr) return annotations;
  for (const Entry& entry : *given) {
    if (entry.value.Is<sops::Comment>() || entry.key == kLastApplied) continue;
    Put(annotations, entry.key, CopyOf(entry.value));
  }
  return annotations;
}

/// The metadata of the Secret that the controller makes.
Result<Node::Map> TemplateMetadata(const Node::Map& metadata, const Names& names, Scope scope) {
  Node::Map result = NamedMetadata(names);
  for (const Entry& entry : metadata) {
    if (entry.value.Is<sops::Comment>() || entry.value.Is<Node::Null>()) continue;
    if (entry.key == "name" || entry.key == "namespace" || entry.key == "annotations") continue;
    if (!Contains(kServerFields, entry.key)) Put(result, entry.key, CopyOf(entry.value));
  }
  ACD_TRY(Node::Map annotations, Annotations(metadata));
  SetScope(annotations, scope);
  if (!annotations.empty()) Put(result, "annotations", Node(std::move(annotations)));
  return result;
}

Result<Node> Template(const Node::Map& secret, const Node::Map& metadata, const Names& names,
                      Scope scope) {
  Node::Map result;
  ACD_TRY(Node::Map template_metadata, TemplateMetadata(metadata, names, scope));
  Put(result, "metadata", Node(std::move(template_metadata)));
  for (const std::string_view field : {"type", "immutable"}) {
    if (const Node* node = Find(secret, field)) Put(result, std::string(field), CopyOf(*node));
  }
  return Node(std::move(result));
}

Result<Node> EncryptedData(const Node::Map& secret, const Certificate& certificate,
                           std::string_view label) {
  ACD_TRY(const auto values, Values(secret));
  Node::Map sealed;
  for (const auto& [key, value] : values) {
    ACD_TRY(const std::string text, certificate.Seal(value.Expose(), label));
    Put(sealed, key, Text(text));
  }
  return Node(std::move(sealed));
}

Result<Node> Seal(const Node::Map& secret, const Certificate& certificate,
                  const SealOptions& options) {
  ACD_CHECK(CheckKind(secret));
  ACD_TRY(const Node::Map* given, MapOf(secret, "metadata"));
  const Node::Map none;
  const Node::Map& metadata = given == nullptr ? none : *given;
  ACD_TRY(const Names names, NamesOf(metadata, options));
  ACD_TRY(Node encrypted,
          EncryptedData(secret, certificate, Label(options.scope, names.namespace_, names.name)));
  ACD_TRY(Node secret_template, Template(secret, metadata, names, options.scope));
  Node::Map own_metadata = NamedMetadata(names);
  // The controller reads the scope here; the annotation of the template is for the Secret's
  // readers.
  Node::Map annotations;
  SetScope(annotations, options.scope);
  if (!annotations.empty()) Put(own_metadata, "annotations", Node(std::move(annotations)));
  Node::Map spec;
  Put(spec, "encryptedData", std::move(encrypted));
  Put(spec, "template", std::move(secret_template));
  Node::Map object;
  Put(object, "apiVersion", Text("bitnami.com/v1alpha1"));
  Put(object, "kind", Text("SealedSecret"));
  Put(object, "metadata", Node(std::move(own_metadata)));
  Put(object, "spec", Node(std::move(spec)));
  return Node(std::move(object));
}

bool IsEmpty(const Node::Map& document) {
  return std::all_of(document.begin(), document.end(),
                     [](const Entry& entry) { return entry.value.Is<sops::Comment>(); });
}

}  // namespace

Result<std::vector<Node>> SealManifests(const std::vector<Node>& documents,
                                        const Certificate& certificate,
                                        const SealOptions& options) {
  std::vector<Node> sealed;
  for (std::size_t i = 0; i < documents.size(); ++i) {
    const auto* document = documents[i].As<Node::Map>();
    if (document == nullptr || IsEmpty(*document)) continue;
    auto object = Seal(*document, certificate, options);
    if (!object) {
      const std::string where = "document " + std::to_string(i + 1);
      return Fail(documents.size() == 1 ? std::move(object).error()
                                        : std::move(object).error().With(where));
    }
    sealed.push_back(*std::move(object));
  }
  if (sealed.empty()) return Fail(Code::kInvalidInput, "no Secret in it");
  return sealed;
}

}  // namespace acd::sealed
