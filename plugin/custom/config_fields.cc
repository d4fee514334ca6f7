#include "plugin/custom/config_fields.h"

#include <algorithm>
#include <utility>

#include "plugin/guard/yaml11.h"

namespace acd::custom {
namespace {

using guard::ScalarType;
using Kind = yaml::Node::Kind;

constexpr int kMaxMergeDepth = 8;

std::string Lower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  return lower;
}

bool IsNull(const yaml::Node& node) { return guard::Resolve(node) == ScalarType::kNull; }

// What a mapping's keys are, those of merged mappings (`<<`) included.
void CollectKeys(const yaml::Node& mapping, int depth, std::set<std::string>& keys) {
  if (mapping.kind != Kind::kMapping || depth > kMaxMergeDepth) return;
  for (const auto& [key, value] : mapping.members) {
    if (key.kind != Kind::kScalar) continue;
    const std::string_view name = key.text.ExposeText();
    if (name == "<<" && key.plain) {
      CollectKeys(value, depth + 1, keys);
      for (const yaml::Node& item : value.items) CollectKeys(item, depth + 1, keys);
    } else {
      keys.emplace(name);
    }
  }
}

std::string_view TypeName(const yaml::Node& node) {
  if (node.kind == Kind::kMapping) return "a map";
  if (node.kind != Kind::kScalar) return "a list";
  switch (guard::Resolve(node)) {
    case ScalarType::kBool:
      return "a boolean";
    case ScalarType::kNumber:
      return "a number";
    case ScalarType::kNull:
      return "null";
    default:
      return "a text";
  }
}

Failure WrongType(const std::string& path, std::string_view wanted, const yaml::Node& node) {
  std::string_view hint;
  const bool scalar = node.kind == Kind::kScalar;
  if (scalar && wanted == "a text") hint = "put it in quotes";
  return Fail(Code::kInvalidInput,
              path + ": must be " + std::string(wanted) + ", is " + std::string(TypeName(node)),
              hint);
}

Result<std::string> AsString(const yaml::Node& node, const std::string& path) {
  if (guard::Resolve(node) != ScalarType::kString) return WrongType(path, "a text", node);
  return std::string(node.text.ExposeText());
}

Result<const std::vector<yaml::Node>*> AsList(const yaml::Node& node, const std::string& path) {
  if (node.kind != Kind::kSequence) return WrongType(path, "a list", node);
  return &node.items;
}

}  // namespace

Result<ConfigFields> ConfigFields::Of(const yaml::Node* node, std::string path) {
  if (node != nullptr && node->kind != Kind::kMapping) {
    return WrongType(path.empty() ? "document" : path, "a map", *node);
  }
  return ConfigFields(node, std::move(path));
}

std::string ConfigFields::PathOf(std::string_view name) const {
  return path_.empty() ? std::string(name) : path_ + "." + std::string(name);
}

const yaml::Node* ConfigFields::Find(std::string_view name) {
  const std::string wanted = Lower(name);
  asked_.insert(wanted);
  if (node_ == nullptr) return nullptr;
  std::set<std::string> keys;
  CollectKeys(*node_, 0, keys);
  // Of several spellings the last in alphabetical order wins, as in Go, which sorts them first.
  const yaml::Node* found = nullptr;
  for (const std::string& key : keys) {
    if (Lower(key) != wanted) continue;
    const yaml::Node* value = guard::FindMember(*node_, key);
    if (value != nullptr && !IsNull(*value)) found = value;
  }
  return found;
}

Result<std::string> ConfigFields::Text(std::string_view name) {
  const yaml::Node* node = Find(name);
  if (node == nullptr) return std::string();
  return AsString(*node, PathOf(name));
}

Result<bool> ConfigFields::Flag(std::string_view name) {
  const yaml::Node* node = Find(name);
  if (node == nullptr) return false;
  if (guard::Resolve(*node) != ScalarType::kBool) {
    return Fail(Code::kInvalidInput,
                PathOf(name) + ": must be true or false, is " + std::string(TypeName(*node)));
  }
  const std::string text = Lower(node->text.ExposeText());
  return text == "true" || text == "yes" || text == "on" || text == "y";
}

Result<std::vector<std::string>> ConfigFields::Texts(std::string_view name) {
  std::vector<std::string> texts;
  const yaml::Node* node = Find(name);
  if (node == nullptr) return texts;
  ACD_TRY(const auto* items, AsList(*node, PathOf(name)));
  for (const yaml::Node& item : *items) {
    if (IsNull(item)) {
      texts.emplace_back();
      continue;
    }
    ACD_TRY(std::string text,
            AsString(item, PathOf(name) + "[" + std::to_string(texts.size()) + "]"));
    texts.push_back(std::move(text));
  }
  return texts;
}

Result<std::vector<std::pair<std::string, std::string>>> ConfigFields::TextMap(
    std::string_view name) {
  std::vector<std::pair<std::string, std::string>> entries;
  const yaml::Node* node = Find(name);
  if (node == nullptr) return entries;
  if (node->kind != Kind::kMapping) return WrongType(PathOf(name), "a map", *node);
  std::set<std::string> keys;
  CollectKeys(*node, 0, keys);
  for (const std::string& key : keys) {
    const yaml::Node* value = guard::FindMember(*node, key);
    if (value == nullptr) continue;
    std::string text;
    if (!IsNull(*value)) {
      ACD_TRY(text, AsString(*value, PathOf(name) + "." + key));
    }
    entries.emplace_back(key, std::move(text));
  }
  return entries;
}

Result<ConfigFields> ConfigFields::Map(std::string_view name) {
  return Of(Find(name), PathOf(name));
}

Result<std::vector<ConfigFields>> ConfigFields::Maps(std::string_view name) {
  std::vector<ConfigFields> maps;
  const yaml::Node* node = Find(name);
  if (node == nullptr) return maps;
  ACD_TRY(const auto* items, AsList(*node, PathOf(name)));
  for (std::size_t i = 0; i < items->size(); ++i) {
    if (IsNull((*items)[i])) continue;
    ACD_TRY(ConfigFields fields, Of(&(*items)[i], PathOf(name) + "[" + std::to_string(i) + "]"));
    maps.push_back(std::move(fields));
  }
  return maps;
}

std::vector<std::string> ConfigFields::Unknown() const {
  std::vector<std::string> unknown;
  if (node_ == nullptr) return unknown;
  std::set<std::string> keys;
  CollectKeys(*node_, 0, keys);
  for (const std::string& key : keys) {
    if (!asked_.contains(Lower(key))) unknown.push_back(PathOf(key));
  }
  return unknown;
}

}  // namespace acd::custom
