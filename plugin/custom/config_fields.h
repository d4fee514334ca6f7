#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "decrypt/base/result.h"
#include "decrypt/yaml/reader.h"

namespace acd::custom {

/// One mapping of a configuration, read as Argo CD's decoder reads it: through JSON, so that keys
/// match without regard to case, `null` is as good as absent, and a number is no string. Errors:
/// kInvalidInput naming the field by its path.
class ConfigFields {
 public:
  /// `node`: borrowed; null: nothing is set. `path`: of the mapping, empty for the document.
  static Result<ConfigFields> Of(const yaml::Node* node, std::string path);

  Result<std::string> Text(std::string_view name);
  Result<bool> Flag(std::string_view name);
  Result<std::vector<std::string>> Texts(std::string_view name);
  Result<std::vector<std::pair<std::string, std::string>>> TextMap(std::string_view name);
  Result<ConfigFields> Map(std::string_view name);
  /// The mappings of a list; an entry that is null is left out.
  Result<std::vector<ConfigFields>> Maps(std::string_view name);

  /// The fields that nobody has asked for, by their paths.
  std::vector<std::string> Unknown() const;

 private:
  ConfigFields(const yaml::Node* node, std::string path) : node_(node), path_(std::move(path)) {}
  /// The field's value unless it is null. Notes that it is known.
  const yaml::Node* Find(std::string_view name);
  std::string PathOf(std::string_view name) const;

  const yaml::Node* node_;
  std::string path_;
  std::set<std::string> asked_;  ///< in lower case
};

}  // namespace acd::custom
