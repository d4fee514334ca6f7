#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "decrypt/base/result.h"
#include "decrypt/sops/tree.h"

namespace acd::sops {

/// Fields of a metadata map, typed as weakly as sops types them: names match in any case, a number
/// or a boolean passes for a string, the text "true" for a boolean, a single map for a list of
/// maps; absent and null are the zero value. Borrows the map. Errors: kInvalidInput in the words of
/// Go's mapstructure, with the field's name, without its value.
class WeakFields {
 public:
  /// `path` names the map in messages ("age[0]"); empty for the root.
  WeakFields(const Node::Map& map, std::string path) : map_(&map), path_(std::move(path)) {}

  Result<std::string> String(std::string_view name) const;
  Result<bool> Bool(std::string_view name) const;
  Result<std::int64_t> Int(std::string_view name) const;
  /// The elements of a list of maps. A null element is an empty map.
  Result<std::vector<WeakFields>> Maps(std::string_view name) const;
  /// A map of strings, sorted by key, the last of equal keys.
  Result<std::vector<std::pair<std::string, std::string>>> StringMap(std::string_view name) const;

  /// The value of a field; null when absent. The exact name goes before one in another case.
  const Node* Find(std::string_view name) const;

 private:
  std::string PathOf(std::string_view name) const;

  const Node::Map* map_;
  std::string path_;
};

}  // namespace acd::sops
