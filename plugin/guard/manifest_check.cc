#include "plugin/guard/manifest_check.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "decrypt/base/encoding.h"
#include "plugin/guard/leftovers.h"
#include "plugin/guard/yaml11.h"

namespace acd::guard {
namespace {

constexpr int kMaxListDepth = 8;
constexpr std::string_view kLeftoverHint =
    "the file it comes from was not decrypted: has it lost its `sops` block, is it reached by this "
    "renderer, and is its name's ending the one that sops encrypted it under?";

using Kind = yaml::Node::Kind;

/// Empty unless the member is a string.
std::string_view StringMember(const yaml::Node& mapping, std::string_view key) {
  const yaml::Node* member = FindMember(mapping, key);
  if (member == nullptr || Resolve(*member) != ScalarType::kString) return {};
  return member->text.ExposeText();
}

// A kind or a name is quoted in messages only when it looks like one.
bool IsQuotable(std::string_view name) {
  return !name.empty() && name.size() <= 253 && !HoldsCiphertext(name) &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  c == '-' || c == '.' || c == '_' || c == ':';
         });
}

std::string Label(const yaml::Node& object, const std::string& fallback) {
  const std::string_view kind = StringMember(object, "kind");
  const yaml::Node* metadata = FindMember(object, "metadata");
  const std::string_view name =
      metadata == nullptr ? std::string_view() : StringMember(*metadata, "name");
  if (!IsQuotable(kind)) return fallback;
  if (!IsQuotable(name)) return fallback + " (" + std::string(kind) + ")";
  return std::string(kind) + "/" + std::string(name);
}

Status CheckIdentity(const yaml::Node& object, const std::string& label) {
  for (const std::string_view field : {"apiVersion", "kind"}) {
    if (StringMember(object, field).empty()) {
      return Fail(Code::kInvalidInput,
                  label + ": " + std::string(field) + ": missing or not a string",
                  "every document must be a Kubernetes object; a values file or a kustomization "
                  "among the manifests looks like this");
    }
  }
  return {};
}

Status CheckLeftovers(const yaml::Node& object, const std::string& label) {
  for (const auto& [key, value] : object.members) {
    if (key.text.ExposeText() == "sops" && value.kind == Kind::kMapping) {
      return Fail(Code::kInvalidInput, label + ": sops: the object is still encrypted",
                  kLeftoverHint);
    }
  }
  if (auto path = FindCiphertext(object)) {
    return Fail(Code::kInvalidInput, label + ": " + *path + ": still encrypted by SOPS",
                kLeftoverHint);
  }
  return {};
}

// `required`: the field must be base64 (a Secret's `data`). Otherwise what is not base64 is none of
// our business, and only what decodes is looked into (a ConfigMap's `binaryData`).
Status CheckBase64Map(const yaml::Node& map, const std::string& where, bool required) {
  if (map.kind != Kind::kMapping) {
    if (!required || Resolve(map) == ScalarType::kNull) return {};
    return Fail(Code::kInvalidInput, where + ": must be a map of base64 texts");
  }
  for (const auto& [key, value] : map.members) {
    if (key.plain && key.text.ExposeText() == "<<") {
      if (value.kind == Kind::kMapping) ACD_CHECK(CheckBase64Map(value, where, required));
      continue;
    }
    const std::string field = where + "." + FieldName(key.text.ExposeText());
    const ScalarType type = Resolve(value);
    if (type == ScalarType::kNull) continue;
    if (type != ScalarType::kString) {
      if (!required) continue;
      return Fail(Code::kInvalidInput, field + ": must be base64 text",
                  "put plain text under stringData, numbers and booleans in quotes");
    }
    auto decoded = DecodeBase64Go(value.text.ExposeText());
    if (!decoded) {
      if (!required) continue;
      return Fail(Code::kInvalidInput, field + ": not base64", "put plain text under stringData");
    }
    if (HoldsCiphertext(decoded->ExposeText())) {
      return Fail(Code::kInvalidInput, field + ": still encrypted by SOPS, inside base64",
                  kLeftoverHint);
    }
  }
  return {};
}

Status CheckStringMap(const yaml::Node& map, const std::string& where) {
  if (Resolve(map) == ScalarType::kNull) return {};
  if (map.kind != Kind::kMapping)
    return Fail(Code::kInvalidInput, where + ": must be a map of strings");
  for (const auto& [key, value] : map.members) {
    if (key.plain && key.text.ExposeText() == "<<") {
      if (value.kind == Kind::kMapping) ACD_CHECK(CheckStringMap(value, where));
      continue;
    }
    const ScalarType type = Resolve(value);
    if (type == ScalarType::kString || type == ScalarType::kNull) continue;
    return Fail(Code::kInvalidInput,
                where + "." + FieldName(key.text.ExposeText()) + ": must be a string",
                "put numbers and booleans in quotes");
  }
  return {};
}

Status CheckFields(const yaml::Node& object, const std::string& label) {
  const bool secret = StringMember(object, "kind") == "Secret";
  for (const char* field : {"data", "binaryData"}) {
    if (const yaml::Node* map = FindMember(object, field)) {
      ACD_CHECK(CheckBase64Map(*map, label + ": " + field, secret && field[0] == 'd'));
    }
  }
  if (!secret) return {};
  if (const yaml::Node* map = FindMember(object, "stringData")) {
    ACD_CHECK(CheckStringMap(*map, label + ": stringData"));
  }
  return {};
}

// Argo CD replaces any object that has a top-level `items` array by its items.
Status CheckTree(const yaml::Node& object, const std::string& fallback, int depth) {
  if (object.kind != Kind::kMapping) {
    return Fail(Code::kInvalidInput, fallback + ": is not an object");
  }
  ACD_CHECK(CheckIdentity(object, Label(object, fallback)));
  const std::string label = Label(object, fallback);
  ACD_CHECK(CheckFields(object, label));
  const yaml::Node* items = FindMember(object, "items");
  if (items == nullptr || items->kind != Kind::kSequence) return {};
  if (depth >= kMaxListDepth) return Fail(Code::kLimitExceeded, label + ": items: nested too deep");
  for (std::size_t i = 0; i < items->items.size(); ++i) {
    const yaml::Node& item = items->items[i];
    const std::string item_label = label + ": items[" + std::to_string(i) + "]";
    ACD_CHECK(CheckTree(item, item_label, depth + 1));
    ACD_CHECK(CheckLeftovers(item, Label(item, item_label)));
  }
  return {};
}

}  // namespace

std::size_t CountObjects(const yaml::Node& object) {
  const yaml::Node* items = FindMember(object, "items");
  if (items == nullptr || items->kind != Kind::kSequence) return 1;
  std::size_t count = 0;
  for (const yaml::Node& item : items->items) count += CountObjects(item);
  return count;
}

Status CheckObject(const yaml::Node& object, const std::string& label) {
  ACD_CHECK(CheckTree(object, label, 0));
  return CheckLeftovers(object, Label(object, label));
}

}  // namespace acd::guard
