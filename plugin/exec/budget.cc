#include "plugin/exec/command_runner.h"

namespace acd::exec {

Status Budget::Check() const {
  if (cancelled && cancelled()) {
    return Fail(Code::kCancelled, "the client went away, or the server is stopping");
  }
  if (deadline && Clock::now() >= *deadline) {
    return Fail(Code::kDeadline, "the request's time is used up",
                "raise Argo CD's repo-server timeout (ARGOCD_APPLICATION_CONTROLLER_REPO_SERVER_"
                "TIMEOUT_SECONDS), or make the application smaller");
  }
  return {};
}

}  // namespace acd::exec
