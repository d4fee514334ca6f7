#include "plugin/preview/value.h"

#include <algorithm>
#include <map>

#include "decrypt/base/encoding.h"
#include "decrypt/yaml/go_numbers.h"
#include "decrypt/yaml/resolve.h"

namespace acd::preview {
namespace {

using Kind = Value::Kind;

Value Scalar(Kind kind, std::string text) {
  Value value;
  value.kind = kind;
  value.text = std::move(text);
  return value;
}

Value FromScalar(const yaml::Node& node) {
  const std::string_view text = node.text.ExposeText();
  const yaml::Resolution found = yaml::Resolve(text, node.tag, node.plain, yaml::Rules::kYaml11);
  switch (found.type) {
    case yaml::Type::kNull:
      return {};
    case yaml::Type::kBool:
      return Scalar(Kind::kBool, found.boolean ? "true" : "false");
    case yaml::Type::kInt:
      return Scalar(Kind::kNumber, found.beyond_int64 ? std::to_string(found.large)
                                                      : std::to_string(found.integer));
    case yaml::Type::kFloat:
      return Scalar(Kind::kNumber, yaml::FormatGoFloat(found.real));
    case yaml::Type::kBinary:
      // What is no text would be none to the API server either; then it is shown as written.
      if (auto bytes = DecodeBase64Go(text); bytes && IsUtf8(bytes->ExposeText())) {
        return Value::String(std::string(bytes->ExposeText()));
      }
      return Value::String(std::string(text));
    case yaml::Type::kTimestamp:
    case yaml::Type::kMerge:
    case yaml::Type::kString:
      return Value::String(std::string(text));
  }
  return {};
}

// A map under construction: a key that comes again replaces the value, in its first place.
class MapBuilder {
 public:
  void Set(std::string key, Value value, bool replace) {
    const auto [place, is_new] = places_.try_emplace(key, map_.members.size());
    if (is_new) {
      map_.members.emplace_back(std::move(key), std::move(value));
    } else if (replace) {
      map_.members[place->second].second = std::move(value);
    }
  }
  Value Take() {
    map_.kind = Kind::kMap;
    return std::move(map_);
  }

 private:
  Value map_;
  std::map<std::string, std::size_t> places_;
};

bool IsMergeKey(const yaml::Node& key) {
  return key.kind == yaml::Node::Kind::kScalar && key.plain && key.text.ExposeText() == "<<";
}

void Merge(const yaml::Node& source, MapBuilder& map) {
  if (source.kind == yaml::Node::Kind::kSequence) {
    for (const yaml::Node& item : source.items) Merge(item, map);
    return;
  }
  Value merged = ToValue(source);
  for (auto& [key, value] : merged.members) map.Set(std::move(key), std::move(value), false);
}

Value FromMapping(const yaml::Node& node) {
  MapBuilder map;
  for (const auto& [key, value] : node.members) {
    if (IsMergeKey(key)) continue;
    // A key that is no scalar is an error to Argo CD; the guard's reader has let it pass.
    const Value name = ToValue(key);
    map.Set(name.kind == Kind::kNull ? "null" : name.text, ToValue(value), true);
  }
  for (const auto& [key, value] : node.members) {
    if (IsMergeKey(key)) Merge(value, map);
  }
  return map.Take();
}

}  // namespace

Value Value::String(std::string text) { return Scalar(Kind::kString, std::move(text)); }

const Value* Value::Find(std::string_view key) const {
  for (const auto& [name, value] : members) {
    if (name == key) return &value;
  }
  return nullptr;
}

Value* Value::Find(std::string_view key) {
  return const_cast<Value*>(static_cast<const Value*>(this)->Find(key));
}

const Value* Value::At(std::initializer_list<std::string_view> path) const {
  const Value* value = this;
  for (const std::string_view key : path) {
    if (value != nullptr) value = value->Find(key);
  }
  return value;
}

std::string_view Value::Text(std::string_view key) const {
  const Value* value = Find(key);
  return value != nullptr && value->IsString() ? std::string_view(value->text) : std::string_view();
}

void Value::SortKeys() {
  std::sort(members.begin(), members.end(),
            [](const auto& a, const auto& b) { return a.first < b.first; });
  for (auto& [key, value] : members) value.SortKeys();
  for (Value& item : items) item.SortKeys();
}

Value ToValue(const yaml::Node& node) {
  switch (node.kind) {
    case yaml::Node::Kind::kScalar:
      return FromScalar(node);
    case yaml::Node::Kind::kMapping:
      return FromMapping(node);
    case yaml::Node::Kind::kSequence:
      break;
  }
  Value list;
  list.kind = Kind::kList;
  list.items.reserve(node.items.size());
  for (const yaml::Node& item : node.items) list.items.push_back(ToValue(item));
  return list;
}

}  // namespace acd::preview
