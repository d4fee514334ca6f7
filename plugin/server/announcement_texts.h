#pragma once

#include <span>
#include <string_view>

namespace acd::server {

/// What is said of a parameter. Its name is that of Argo CD's own field.
struct AnnouncementText {
  std::string_view name;
  std::string_view title;
  std::string_view tooltip;
  std::string_view item_type;  ///< "boolean", or empty: text
};

/// In the order in which the UI shows them.
std::span<const AnnouncementText> AnnouncementTexts();

}  // namespace acd::server
