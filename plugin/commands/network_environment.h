#pragma once

#include <map>
#include <string>

namespace acd::commands {

/// The variables of this process that say how to reach the network: proxies, and where certificates
/// are. What a child gets that fetches from there. A value with a password in it is left out.
std::map<std::string, std::string> NetworkEnvironment();

}  // namespace acd::commands
