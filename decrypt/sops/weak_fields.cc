#include "decrypt/sops/weak_fields.h"

#include <algorithm>
#include <limits>
#include <map>

#include "decrypt/sops/go_number.h"

namespace acd::sops {
namespace {

constexpr double kTwoTo63 = 9223372036854775808.0;

/// The name of Go's type for a value, as mapstructure prints it.
std::string_view GoTypeName(const Node& value) {
  struct Namer {
    std::string_view operator()(const Node::Null&) const { return "nil"; }
    std::string_view operator()(bool) const { return "bool"; }
    std::string_view operator()(std::int64_t) const { return "int"; }
    std::string_view operator()(double) const { return "float64"; }
    std::string_view operator()(const SecretBytes&) const { return "string"; }
    std::string_view operator()(const Timestamp&) const { return "time.Time"; }
    std::string_view operator()(const Comment&) const { return "sops.Comment"; }
    std::string_view operator()(const Unwalkable& value) const { return value.go_type; }
    std::string_view operator()(const Node::List&) const { return "[]interface {}"; }
    std::string_view operator()(const Node::Map&) const { return "map[string]interface {}"; }
  };
  return std::visit(Namer{}, value.value);
}

Failure Unconvertible(const std::string& path, std::string_view expected, const Node& value) {
  return Fail(Code::kInvalidInput,
              "sops metadata: '" + path + "' expected type '" + std::string(expected) +
                  "', got unconvertible type '" + std::string(GoTypeName(value)) + "'",
              value.Is<Timestamp>() ? "put the value in quotes" : "");
}

Failure CannotParse(const std::string& path, std::string_view expected, const Error& cause) {
  return Fail(Code::kInvalidInput, "sops metadata: '" + path + "' cannot parse value as '" +
                                       std::string(expected) + "': " + cause.message);
}

bool EqualFold(std::string_view a, std::string_view b) {
  const auto lower = [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  };
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(),
                                            [&](char x, char y) { return lower(x) == lower(y); });
}

Result<std::string> ToString(const Node& value, const std::string& path) {
  if (const auto* text = value.As<SecretBytes>()) return std::string(text->ExposeText());
  if (const auto* flag = value.As<bool>()) return std::string(*flag ? "1" : "0");
  if (const auto* number = value.As<std::int64_t>()) return std::to_string(*number);
  if (const auto* number = value.As<double>()) {
    return std::string(FormatGoFloat(*number).ExposeText());
  }
  if (const auto* number = value.As<Unwalkable>()) return std::to_string(number->value);
  if (value.Is<Node::Null>()) return std::string();
  return Unconvertible(path, "string", value);
}

/// Adds what is in a map, or in a list of such, of any depth.
Status MergeStrings(const Node& value, const std::string& path,
                    std::map<std::string, std::string>& to) {
  if (const auto* list = value.As<Node::List>()) {
    for (std::size_t i = 0; i < list->size(); ++i) {
      const Node& item = (*list)[i];
      if (item.Is<Comment>() || item.Is<Node::Null>()) continue;
      ACD_CHECK(MergeStrings(item, path + "[" + std::to_string(i) + "]", to));
    }
    return {};
  }
  const auto* map = value.As<Node::Map>();
  if (map == nullptr) return Unconvertible(path, "map[string]*string", value);
  for (const Entry& entry : *map) {
    if (entry.value.Is<Comment>()) continue;
    ACD_TRY(to[entry.key], ToString(entry.value, path + "[" + entry.key + "]"));
  }
  return {};
}

}  // namespace

const Node* WeakFields::Find(std::string_view name) const {
  const Node* exact = nullptr;
  const Node* folded = nullptr;
  for (const Entry& entry : *map_) {
    if (entry.value.Is<Comment>()) continue;
    if (entry.key == name) {
      exact = &entry.value;  // of equal keys the last counts
    } else if (folded == nullptr && EqualFold(entry.key, name)) {
      folded = &entry.value;
    }
  }
  return exact != nullptr ? exact : folded;
}

std::string WeakFields::PathOf(std::string_view name) const {
  return path_.empty() ? std::string(name) : path_ + "." + std::string(name);
}

Result<std::string> WeakFields::String(std::string_view name) const {
  const Node* value = Find(name);
  if (value == nullptr) return std::string();
  if (const auto* text = value->As<SecretBytes>()) return std::string(text->ExposeText());
  return ToString(*value, PathOf(name));
}

Result<bool> WeakFields::Bool(std::string_view name) const {
  const Node* value = Find(name);
  if (value == nullptr || value->Is<Node::Null>()) return false;
  if (const auto* flag = value->As<bool>()) return *flag;
  if (const auto* number = value->As<std::int64_t>()) return *number != 0;
  if (const auto* number = value->As<double>()) return *number != 0;
  if (const auto* number = value->As<Unwalkable>()) return number->value != 0;
  if (const auto* text = value->As<SecretBytes>()) {
    if (text->empty()) return false;
    auto parsed = ParseGoBool(text->ExposeText());
    if (!parsed) return CannotParse(PathOf(name), "bool", parsed.error());
    return *parsed;
  }
  return Unconvertible(PathOf(name), "bool", *value);
}

Result<std::int64_t> WeakFields::Int(std::string_view name) const {
  const Node* value = Find(name);
  if (value == nullptr || value->Is<Node::Null>()) return std::int64_t{0};
  if (const auto* number = value->As<std::int64_t>()) return *number;
  if (const auto* flag = value->As<bool>()) return std::int64_t{*flag ? 1 : 0};
  if (const auto* number = value->As<double>()) {
    // What Go makes of any other float depends on the machine; this is amd64's answer.
    if (!(*number >= -kTwoTo63 && *number < kTwoTo63)) {
      return std::numeric_limits<std::int64_t>::min();
    }
    return static_cast<std::int64_t>(*number);
  }
  if (const auto* number = value->As<Unwalkable>()) {
    return static_cast<std::int64_t>(number->value);
  }
  if (const auto* text = value->As<SecretBytes>()) {
    if (text->empty()) return std::int64_t{0};
    auto parsed = ParseGoIntAnyBase(text->ExposeText());
    if (!parsed) return CannotParse(PathOf(name), "int", parsed.error());
    return *parsed;
  }
  return Unconvertible(PathOf(name), "int", *value);
}

Result<std::vector<WeakFields>> WeakFields::Maps(std::string_view name) const {
  static const Node::Map kEmpty;
  std::vector<WeakFields> out;
  const Node* value = Find(name);
  if (value == nullptr || value->Is<Node::Null>()) return out;
  const auto add = [&](const Node& item) -> Status {
    std::string path = PathOf(name) + "[" + std::to_string(out.size()) + "]";
    if (const auto* map = item.As<Node::Map>()) {
      out.emplace_back(*map, std::move(path));
    } else if (item.Is<Node::Null>()) {
      out.emplace_back(kEmpty, std::move(path));
    } else {
      return Fail(Code::kInvalidInput,
                  "sops metadata: '" + path + "' expected a map or struct, got \"" +
                      (item.Is<Node::List>() ? "slice" : std::string(GoTypeName(item))) + "\"");
    }
    return {};
  };
  if (const auto* list = value->As<Node::List>()) {
    out.reserve(list->size());
    for (const Node& item : *list) {
      if (!item.Is<Comment>()) ACD_CHECK(add(item));
    }
    return out;
  }
  if (const auto* map = value->As<Node::Map>(); map != nullptr && map->empty()) return out;
  ACD_CHECK(add(*value));
  return out;
}

Result<std::vector<std::pair<std::string, std::string>>> WeakFields::StringMap(
    std::string_view name) const {
  std::vector<std::pair<std::string, std::string>> out;
  const Node* value = Find(name);
  if (value == nullptr || value->Is<Node::Null>()) return out;
  std::map<std::string, std::string> sorted;
  ACD_CHECK(MergeStrings(*value, PathOf(name), sorted));
  out.assign(sorted.begin(), sorted.end());
  return out;
}

}  // namespace acd::sops
