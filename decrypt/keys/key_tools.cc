#include "decrypt/keys/key_tools.h"

namespace acd::keys {

std::map<std::string, std::string> BasicEnvironment(const KeyTools& tools) {
  std::map<std::string, std::string> basic;
  for (const char* name : {"HOME", "LANG", "LC_ALL", "TMPDIR", "USER", "XDG_CACHE_HOME",
                           "XDG_CONFIG_HOME", "XDG_RUNTIME_DIR"}) {
    if (const auto found = tools.environment.find(name); found != tools.environment.end()) {
      basic.insert(*found);
    }
  }
  basic["PATH"] = tools.path;
  return basic;
}

}  // namespace acd::keys
