#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "decrypt/yaml/reader.h"

namespace acd::preview {

/// A part of a manifest as the API server gets it: types resolved by YAML 1.1 as Argo CD does,
/// merge keys followed, of duplicate keys the last, numbers in one spelling. It may hold decrypted
/// values, in plain strings: it lives as long as one command, whose memory is never dumped.
struct Value {
  enum class Kind : std::uint8_t { kNull, kBool, kNumber, kString, kList, kMap };
  Kind kind = Kind::kNull;
  std::string text;          ///< of a string; of a bool or a number as JSON spells it
  std::vector<Value> items;  ///< of a list
  std::vector<std::pair<std::string, Value>> members;  ///< of a map, in order, keys unique

  static Value String(std::string text);

  bool IsMap() const { return kind == Kind::kMap; }
  bool IsList() const { return kind == Kind::kList; }
  bool IsString() const { return kind == Kind::kString; }
  /// A member of a map; null when there is none, or this is no map.
  const Value* Find(std::string_view key) const;
  Value* Find(std::string_view key);
  /// A member deeper down: Find(a), Find(b), ...
  const Value* At(std::initializer_list<std::string_view> path) const;
  /// The text of a member that is a string, else empty.
  std::string_view Text(std::string_view key) const;
  /// Sorts the keys of all maps in it.
  void SortKeys();

  bool operator==(const Value& other) const = default;
};

/// `node` as the cluster gets it. Its depth and size are bounded by its reader.
Value ToValue(const yaml::Node& node);

}  // namespace acd::preview
