#include "plugin/commands/socket_flags.h"

#include <dirent.h>
#include <sys/stat.h>

#include <memory>
#include <string_view>
#include <vector>

#include "plugin/commands/cli.h"
#include "plugin/custom/plugin_config.h"

namespace acd::commands {
namespace {

constexpr const char* kSuffix = ".sock";

bool Exists(const std::string& path) {
  struct stat info {};
  return ::stat(path.c_str(), &info) == 0;
}

// The sockets of servers like this one: beside each lies its lock. There may be other plugins'.
std::vector<std::string> OwnSockets(const std::string& folder) {
  std::vector<std::string> found;
  const std::unique_ptr<DIR, int (*)(DIR*)> list(::opendir(folder.c_str()), ::closedir);
  if (!list) return found;
  while (const dirent* entry = ::readdir(list.get())) {
    std::string path = folder + "/" + entry->d_name;
    if (path.ends_with(kSuffix) && Exists(path + ".lock")) found.push_back(std::move(path));
  }
  return found;
}

// As `serve` finds its configuration, as far as the environment says.
std::string ConfiguredName() {
  const std::string path =
      EnvironmentOr("ARGOCD_DECRYPT_CONFIG", "/home/argocd/cmp-server/config/plugin.yaml");
  const auto config = custom::LoadPluginConfig(path);
  return config ? config->FullName() : custom::PluginConfig().FullName();
}

}  // namespace

SocketFlags::SocketFlags()
    : socket_dir(EnvironmentOr("ARGOCD_PLUGINSOCKFILEPATH", "/home/argocd/cmp-server/plugins")) {}

void SocketFlags::AddTo(CLI::App& app) {
  app.add_option(
         "--socket", socket,
         "path of the socket; default the plugin's in --socket-dir, by the name in its plugin.yaml")
      ->envname("ARGOCD_DECRYPT_SOCKET");
  app.add_option("--socket-dir", socket_dir,
                 "folder of plugin sockets; default $ARGOCD_PLUGINSOCKFILEPATH")
      ->envname("ARGOCD_DECRYPT_SOCKET_DIR")
      ->capture_default_str();
}

std::string SocketFlags::Path() const {
  if (!socket.empty()) return socket;
  const std::string configured = socket_dir + "/" + ConfiguredName() + kSuffix;
  if (Exists(configured)) return configured;
  // A server whose configuration has just changed, or is broken now, is where it was before.
  const std::vector<std::string> own = OwnSockets(socket_dir);
  return own.size() == 1 ? own.front() : configured;
}

}  // namespace acd::commands
