#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "plugin/sources/access.h"
#include "plugin/sources/session.h"

namespace acd::sources {

/// What a tool said about its failure, fit to be shown: no credentials of `used` in any form that a
/// tool prints them in, no passwords in URLs, no path that differs between two attempts, not long.
std::string CleanWords(std::string_view text, const Session& session,
                       const std::vector<const Access*>& used);

/// Whether another attempt may go better: the network's and a server's troubles, never a refusal.
bool IsTransient(std::string_view text);

}  // namespace acd::sources
