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
  app.add_option("--timeout", timeout_s, "seconds to wait for the answer")
      ->capture_default_str()
      ->check(CLI::Range(0.001, 3600.0));
  app.footer("Example: argocd-decrypt healthcheck --socket /run/plugins/argocd-decrypt.sock");
  if (const auto code = ParseArguments(app, args)) return *code;

  CmpClient client(socket.Path());
  auto status = client.CheckHealth(std::chrono::milliseconds(std::llround(timeout_s * 1000)));
  if (!status) {
    return ReportFailure("healthcheck", status.error());
  }
  std::puts("serving");
  return kDone;
}

}  // namespace acd::commands
