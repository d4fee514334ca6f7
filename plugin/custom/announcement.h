#pragma once

#include <map>
#include <string>
#include <vector>

namespace acd::custom {

/// What Argo CD's UI shows of one parameter of an Application that uses the plugin. All texts are
/// UTF-8. Spec: cmp-protocol.md 1.1, `repository.ParameterAnnouncement`.
struct Announcement {
  std::string name;  ///< as in `spec.source.plugin.parameters`
  std::string title;
  std::string tooltip;
  bool required = false;
  std::string item_type;        ///< "", "boolean" or "number"; the wire's default is a string
  std::string collection_type;  ///< "", "array" or "map": decides the UI's form
  /// What holds when the parameter is absent: Argo CD never sends it, and the UI writes all of a
  /// list or a map as soon as one element of it is edited.
  std::string string;
  std::vector<std::string> array;
  std::map<std::string, std::string> map;

  bool operator==(const Announcement&) const = default;
};

}  // namespace acd::custom
