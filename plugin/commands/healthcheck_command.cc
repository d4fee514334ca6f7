#include "plugin/commands/healthcheck_command.h"

#include <chrono>
#include <cmath>
#include <cstdio>
#include <string>

#include "plugin/commands/cli.h"
#include "plugin/commands/cmp_client.h"
#include "plugin/commands/socket_flags.h"

namespace acd::commands {

int RunHealthcheck(std::span<char*> args) {
  CLI::App app("Asks a running server whether it serves; for liveness and readiness probes.",
               "argocd-decrypt healthcheck");
  SocketFlags socket;
  socket.AddTo(app);
  double timeout_s = 5;
  bool live = false;
  app.add_option("--timeout", timeout_s, "seconds to wait for the answer")
      ->capture_default_str()
      ->check(CLI::Range(0.001, 3600.0));
  app.add_flag("--live", live,
               "only whether the server answers: broken keys are no reason to restart it");
  app.footer("Example: argocd-decrypt healthcheck --socket /run/plugins/argocd-decrypt.sock");
  if (const auto code = ParseArguments(app, args)) return *code;

  CmpClient client(socket.Path());
  auto health = client.CheckHealth(std::chrono::milliseconds(std::llround(timeout_s * 1000)));
  if (!health) return ReportFailure("healthcheck", health.error());
  for (const std::string& problem : health->problems) {
    std::fputs(("argocd-decrypt healthcheck: " + problem + "\n").c_str(), stderr);
  }
  std::puts(health->serving ? "serving" : "not serving");
  return health->serving || live ? kDone : kFailed;
}

}  // namespace acd::commands
