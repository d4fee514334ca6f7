#include "plugin/commands/network_environment.h"

#include <cstdlib>
#include <cstring>

namespace acd::commands {

std::map<std::string, std::string> NetworkEnvironment() {
  std::map<std::string, std::string> found;
  for (const char* name : {"HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy",
                           "no_proxy", "SSL_CERT_FILE", "SSL_CERT_DIR"}) {
    const char* value = std::getenv(name);
    // A proxy's password would be in the children's environment, where everything of this user can
    // read it: that one is left out.
    if (value == nullptr || *value == '\0' || std::strchr(value, '@') != nullptr) continue;
    found.emplace(name, value);
  }
  return found;
}

}  // namespace acd::commands
