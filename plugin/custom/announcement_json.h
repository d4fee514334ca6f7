#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "decrypt/base/result.h"
#include "plugin/custom/announcement.h"

namespace acd::custom {

/// The JSON array that parameters.dynamic.command prints, read as Go reads it: keys without regard
/// to case, null as good as absent. Error: kInvalidInput, without a word of the text.
Result<std::vector<Announcement>> AnnouncementsFromJson(std::string_view text);

/// The same array for a stock plugin server.
std::string AnnouncementsJson(const std::vector<Announcement>& announcements);

}  // namespace acd::custom
