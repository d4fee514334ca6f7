#pragma once

#include <span>
#include <string_view>

namespace acd::server {

/// What Argo CD's UI shows of one parameter of an Application that uses the plugin.
struct Announcement {
  std::string_view name;  ///< as in `spec.source.plugin.parameters`
  std::string_view title;
  std::string_view tooltip;
  std::string_view item_type;        ///< "", "boolean" or "number"; the wire's default is a string
  std::string_view collection_type;  ///< "", "array" or "map": decides the UI's form
};

/// Every parameter that the built-in renderers take; none has a default that the UI must know.
std::span<const Announcement> Announcements();

}  // namespace acd::server
