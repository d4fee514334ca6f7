#include "plugin/commands/socket_flags.h"

#include "plugin/commands/cli.h"

namespace acd::commands {

SocketFlags::SocketFlags()
    : socket_dir(EnvironmentOr("ARGOCD_PLUGINSOCKFILEPATH", "/home/argocd/cmp-server/plugins")) {}

void SocketFlags::AddTo(CLI::App& app) {
  app.add_option("--socket", socket,
                 "path of the socket; default argocd-decrypt.sock in --socket-dir")
      ->envname("ARGOCD_DECRYPT_SOCKET");
  app.add_option("--socket-dir", socket_dir,
                 "folder of plugin sockets; default $ARGOCD_PLUGINSOCKFILEPATH")
      ->envname("ARGOCD_DECRYPT_SOCKET_DIR")
      ->capture_default_str();
}

std::string SocketFlags::Path() const {
  return socket.empty() ? socket_dir + "/argocd-decrypt.sock" : socket;
}

}  // namespace acd::commands
