#include "plugin/render/helm_value_tree.h"

#include <array>
#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>
#include <string_view>
#include <utility>

#include "decrypt/yaml/resolve.h"

namespace acd::render {
namespace {

constexpr int kMaxDepth = 64;

std::string Quoted(const std::string& text) {
  return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::optional<std::string> FloatText(double real) {
  if (!std::isfinite(real)) return std::nullopt;  // JSON, through which helm reads, has none
  std::array<char, 64> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), real);
  return std::string(digits.data(), end.ptr);
}

std::optional<HelmValue> Scalar(const yaml::Node& node) {
  HelmValue value;
  value.kind = HelmValue::Kind::kScalar;
  const std::string written(node.text.ExposeText());
  const yaml::Resolution resolved =
      yaml::Resolve(written, node.tag, node.plain, yaml::Rules::kYaml11);
  if (!resolved.fits) return std::nullopt;
  switch (resolved.type) {
    case yaml::Type::kNull:
      value.kind = HelmValue::Kind::kNull;
      value.text = value.json = "null";
      return value;
    case yaml::Type::kBool:
      value.text = value.json = resolved.boolean ? "true" : "false";
      return value;
    case yaml::Type::kInt:
      value.text = value.json =
          resolved.beyond_int64 ? std::to_string(resolved.large) : std::to_string(resolved.integer);
      return value;
    case yaml::Type::kFloat: {
      const auto text = FloatText(resolved.real);
      if (!text) return std::nullopt;
      value.text = value.json = *text;
      return value;
    }
    case yaml::Type::kBinary:
      return std::nullopt;
    case yaml::Type::kTimestamp:
    case yaml::Type::kMerge:
    case yaml::Type::kString:
      break;
  }
  value.text = written;
  value.json = Quoted(written);
  return value;
}

bool IsMerge(const yaml::Node& key) { return key.plain && key.text.ExposeText() == "<<"; }

// The key's text as it comes out of the way through JSON.
std::optional<std::string> KeyText(const yaml::Node& key) {
  if (key.kind != yaml::Node::Kind::kScalar) return std::nullopt;
  const auto scalar = Scalar(key);
  if (!scalar || scalar->kind == HelmValue::Kind::kNull) return std::nullopt;
  return scalar->text;
}

class Reader {
 public:
  explicit Reader(bool encrypted) : encrypted_(encrypted) {}

  std::optional<HelmValue> Read(const yaml::Node& node, int depth) {
    if (depth > kMaxDepth) return std::nullopt;
    HelmValue value;
    switch (node.kind) {
      case yaml::Node::Kind::kScalar:
        if (!encrypted_) return Scalar(node);
        value.kind = HelmValue::Kind::kOpaque;
        return value;
      case yaml::Node::Kind::kSequence:
        return List(node, depth);
      case yaml::Node::Kind::kMapping:
        if (!Map(node, value, depth)) return std::nullopt;
        return value;
    }
    return std::nullopt;
  }

 private:
  std::optional<HelmValue> List(const yaml::Node& node, int depth) {
    HelmValue list;
    list.kind = encrypted_ ? HelmValue::Kind::kOpaque : HelmValue::Kind::kList;
    if (encrypted_) return list;
    for (const yaml::Node& item : node.items) {
      auto value = Read(item, depth + 1);
      if (!value) return std::nullopt;
      list.items.push_back(*std::move(value));
    }
    return list;
  }

  bool Map(const yaml::Node& node, HelmValue& map, int depth) {
    if (depth > kMaxDepth) return false;
    // What is merged in gives way to what is written out.
    for (const auto& [key, value] : node.members) {
      if (!IsMerge(key)) continue;
      const bool list = value.kind == yaml::Node::Kind::kSequence;
      // Of several the first wins.
      for (auto item = value.items.rbegin(); list && item != value.items.rend(); ++item) {
        if (!Map(*item, map, depth + 1)) return false;
      }
      if (!list && !Map(value, map, depth + 1)) return false;
    }
    for (const auto& [key, value] : node.members) {
      if (IsMerge(key)) continue;
      const auto name = KeyText(key);
      auto read = Read(value, depth + 1);
      if (!name || !read) return false;
      map.members.insert_or_assign(*name, *std::move(read));
    }
    return true;
  }

  bool encrypted_;
};

}  // namespace

std::optional<HelmValue> HelmValue::FromYaml(const yaml::Node& node, bool encrypted) {
  if (node.kind != yaml::Node::Kind::kMapping) return std::nullopt;
  auto value = Reader(encrypted).Read(node, 0);
  if (value && encrypted) value->members.erase("sops");
  return value;
}

HelmValue HelmValue::Merge(HelmValue base, const HelmValue& over) {
  if (base.kind != Kind::kMap || over.kind != Kind::kMap) return over;
  for (const auto& [name, value] : over.members) {
    auto [found, added] = base.members.try_emplace(name, value);
    if (!added) found->second = Merge(std::move(found->second), value);
  }
  return base;
}

HelmValue HelmValue::Coalesce(HelmValue chart, const HelmValue& values) {
  if (chart.kind != Kind::kMap || values.kind != Kind::kMap) return values;
  for (const auto& [name, value] : values.members) {
    auto [found, added] = chart.members.try_emplace(name, value);
    if (value.kind == Kind::kNull) {
      chart.members.erase(found);
    } else if (!added) {
      found->second = Coalesce(std::move(found->second), value);
    }
  }
  return chart;
}

std::optional<std::string> HelmValue::Json() const {
  switch (kind) {
    case Kind::kOpaque:
      return std::nullopt;
    case Kind::kScalar:
    case Kind::kNull:
      return json;
    case Kind::kList: {
      std::string joined;
      for (const HelmValue& item : items) {
        const auto inner = item.Json();
        if (!inner) return std::nullopt;
        joined += (joined.empty() ? "" : ",") + *inner;
      }
      return "[" + joined + "]";
    }
    case Kind::kMap: {
      std::string joined;
      for (const auto& [name, member] : members) {
        const auto inner = member.Json();
        if (!inner) return std::nullopt;
        joined += (joined.empty() ? "" : ",") + Quoted(name) + ":" + *inner;
      }
      return "{" + joined + "}";
    }
  }
  return std::nullopt;
}

}  // namespace acd::render
