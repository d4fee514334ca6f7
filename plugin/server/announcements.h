#pragma once

#include <string_view>
#include <vector>

namespace acd::server {

/// What Argo CD's UI shows of one parameter of an Application that uses the plugin.
struct Announcement {
  std::string_view name;  ///< as in `spec.source.plugin.parameters`
  std::string_view title;
  std::string_view tooltip;
  std::string_view item_type;        ///< "", "boolean" or "number"; the wire's default is a string
  std::string_view collection_type;  ///< "", "array" or "map": decides the UI's form
};

/// Every parameter that some renderer acts upon; none has a default that the UI must know.
std::vector<Announcement> Announcements();

}  // namespace acd::server
