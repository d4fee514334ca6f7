#include "plugin/commands/network_environment.h"

#include <cstdlib>

namespace acd::commands {

std::map<std::string, std::string> NetworkEnvironment() {
  std::map<std::string, std::string> found;
  for (const char* name : {"HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy",
                           "no_proxy", "SSL_CERT_FILE", "SSL_CERT_DIR"}) {
    if (const char* value = std::getenv(name)) found.emplace(name, value);
  }
  return found;
}

}  // namespace acd::commands
