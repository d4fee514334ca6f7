#pragma once

#include <fuzzer/FuzzedDataProvider.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "decrypt/base/encoding.h"
#include "decrypt/sops/tree.h"

namespace acd::fuzz {

using sops::Node;

/// 16.0 is printed as 16, and so read back as an integer.
inline bool SameNumber(const Node& a, const Node& b) {
  const auto real = [](const Node& node) {
    if (const auto* number = node.As<std::int64_t>()) return static_cast<double>(*number);
    return *node.As<double>();
  };
  if (a.Is<std::int64_t>() && b.Is<std::int64_t>()) {
    return *a.As<std::int64_t>() == *b.As<std::int64_t>();
  }
  const double x = real(a), y = real(b);
  return x == y || (std::isnan(x) && std::isnan(y));
}

inline bool SameValue(const Node& a, const Node& b);

/// The comments left out: their place may change where the format has none for them.
inline bool SameList(const Node::List& a, const Node::List& b) {
  std::size_t i = 0;
  for (const Node& item : a) {
    if (item.Is<sops::Comment>()) continue;
    while (i < b.size() && b[i].Is<sops::Comment>()) ++i;
    if (i == b.size() || !SameValue(item, b[i++])) return false;
  }
  while (i < b.size() && b[i].Is<sops::Comment>()) ++i;
  return i == b.size();
}

inline bool SameMap(const Node::Map& a, const Node::Map& b) {
  std::size_t i = 0;
  for (const sops::Entry& entry : a) {
    if (entry.value.Is<sops::Comment>()) continue;
    while (i < b.size() && b[i].value.Is<sops::Comment>()) ++i;
    if (i == b.size() || entry.key != b[i].key || !SameValue(entry.value, b[i++].value)) {
      return false;
    }
  }
  while (i < b.size() && b[i].value.Is<sops::Comment>()) ++i;
  return i == b.size();
}

inline bool SameValue(const Node& a, const Node& b) {
  const auto is_number = [](const Node& node) {
    return node.Is<std::int64_t>() || node.Is<double>();
  };
  if (is_number(a) && is_number(b)) return SameNumber(a, b);
  if (a.value.index() != b.value.index()) return false;
  if (const auto* text = a.As<SecretBytes>()) {
    return text->ExposeText() == b.As<SecretBytes>()->ExposeText();
  }
  if (const auto* flag = a.As<bool>()) return *flag == *b.As<bool>();
  if (const auto* time = a.As<sops::Timestamp>()) {
    return time->rfc3339 == b.As<sops::Timestamp>()->rfc3339;
  }
  if (const auto* list = a.As<Node::List>()) return SameList(*list, *b.As<Node::List>());
  if (const auto* map = a.As<Node::Map>()) return SameMap(*map, *b.As<Node::Map>());
  return true;
}

inline bool SameDocuments(const std::vector<Node>& a, const std::vector<Node>& b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (!SameValue(a[i], b[i])) return false;
  }
  return true;
}

/// Otherwise the walk refuses the tree, and nothing prints it.
inline bool HasStringKeys(const Node& node) {
  if (const auto* list = node.As<Node::List>()) {
    return std::all_of(list->begin(), list->end(), HasStringKeys);
  }
  const auto* map = node.As<Node::Map>();
  return map == nullptr || std::all_of(map->begin(), map->end(), [](const sops::Entry& entry) {
           return entry.key_type == nullptr && HasStringKeys(entry.value);
         });
}

/// JSON replaces what is not UTF-8, and has no infinity.
inline bool FitsJson(const Node& node) {
  if (const auto* text = node.As<SecretBytes>()) return IsUtf8(text->ExposeText());
  if (const auto* real = node.As<double>()) return std::isfinite(*real);
  if (const auto* list = node.As<Node::List>()) {
    return std::all_of(list->begin(), list->end(), FitsJson);
  }
  if (const auto* map = node.As<Node::Map>()) {
    return std::all_of(map->begin(), map->end(), [](const sops::Entry& entry) {
      return IsUtf8(entry.key) && FitsJson(entry.value);
    });
  }
  return true;
}

/// A tree as the fuzzer's bytes say. Keys of a map are all different, as YAML wants them.
class TreeMaker {
 public:
  explicit TreeMaker(FuzzedDataProvider& from) : from_(from) {}

  /// Comments lose what a store could not have read: line breaks and what is not UTF-8.
  Node Map(int depth = 0) {
    Node::Map map;
    const int size = from_.ConsumeIntegralInRange(0, depth == 0 ? 6 : 4);
    for (int i = 0; i < size; ++i) {
      if (Node comment; MaybeComment(comment)) {
        map.push_back({"", std::move(comment)});
        continue;
      }
      map.push_back({Text(16) + "." + std::to_string(i), Value(depth + 1)});
    }
    return Node(std::move(map));
  }

 private:
  Node Value(int depth) {
    switch (from_.ConsumeIntegralInRange(0, depth > 4 ? 6 : 8)) {
      case 0:
        return Node();
      case 1:
        return Node(from_.ConsumeBool());
      case 2:
        return Node(from_.ConsumeIntegral<std::int64_t>());
      case 3:
        return Node(from_.ConsumeFloatingPoint<double>());
      case 7:
        return List(depth);
      case 8:
        return Map(depth);
      default:
        return Node(SecretBytes::CopyOf(Text(64)));
    }
  }

  Node List(int depth) {
    Node::List list;
    const int size = from_.ConsumeIntegralInRange(0, 4);
    for (int i = 0; i < size; ++i) {
      Node comment;
      list.push_back(MaybeComment(comment) ? std::move(comment) : Value(depth + 1));
    }
    return Node(std::move(list));
  }

  bool MaybeComment(Node& out) {
    if (from_.ConsumeIntegralInRange(0, 7) != 0) return false;
    std::string text;
    for (const char c : Text(20)) {
      if (c >= 0x20 && c <= 0x7E) text += c;
    }
    out = Node(sops::Comment{SecretBytes::CopyOf(text), from_.ConsumeBool()});
    return true;
  }

  std::string Text(std::size_t most) { return from_.ConsumeRandomLengthString(most); }

  FuzzedDataProvider& from_;
};

}  // namespace acd::fuzz
