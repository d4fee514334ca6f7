#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "decrypt/yaml/reader.h"

namespace acd::render {

/// Helm values, read from a file. What comes from an encrypted file is known by its place only.
struct HelmValue {
  enum class Kind {
    kScalar,
    kNull,
    kList,
    kMap,
    kOpaque,  ///< of an encrypted file
  };
  Kind kind = Kind::kMap;
  std::string text;                          ///< of a scalar: as `--set` would be given it
  std::string json;                          ///< of a scalar
  std::vector<HelmValue> items;              ///< of a list
  std::map<std::string, HelmValue> members;  ///< of a map

  /// A document as helm reads it (YAML 1.1, duplicate keys: the last). `encrypted`: keeps the keys
  /// alone. nullopt: helm would not read it, or not so.
  static std::optional<HelmValue> FromYaml(const yaml::Node& node, bool encrypted);

  /// `over` on top of `base`, as helm merges one `--values` file over another: a null stays.
  static HelmValue Merge(HelmValue base, const HelmValue& over);
  /// `values` on top of the chart's own, as helm renders: a null takes the chart's value away.
  static HelmValue Coalesce(HelmValue chart, const HelmValue& values);

  /// nullopt: something in it is not known.
  std::optional<std::string> Json() const;
};

}  // namespace acd::render
