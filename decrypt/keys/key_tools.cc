#include "decrypt/keys/key_tools.h"

namespace acd::keys {

namespace {

std::map<std::string, std::string> Basic(const std::map<std::string, std::string>& environment) {
  std::map<std::string, std::string> basic;
  for (const char* name : {"HOME", "LANG", "LC_ALL", "TMPDIR", "USER", "XDG_CACHE_HOME",
                           "XDG_CONFIG_HOME", "XDG_RUNTIME_DIR"}) {
    if (const auto found = environment.find(name); found != environment.end()) {
      basic.insert(*found);
    }
  }
  return basic;
}

}  // namespace

std::map<std::string, std::string> PluginEnvironment(const KeyTools& tools,
                                                     const std::string& plugin) {
  auto environment = tools.for_user ? tools.environment : Basic(tools.environment);
  environment["PATH"] = tools.path;
  if (const auto own = tools.plugin_variables.find(plugin); own != tools.plugin_variables.end()) {
    environment.insert(own->second.begin(), own->second.end());
  }
  return environment;
}

}  // namespace acd::keys
