#include "plugin/commands/private_folder.h"

#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include <cerrno>
#include <optional>
#include <system_error>

#include "plugin/commands/default_workdir.h"

namespace acd::commands {

Result<std::string> MakeKeyringFolder(const std::string& parent) {
  std::string path = parent + "/gpg-XXXXXX";
  if (::mkdtemp(path.data()) == nullptr) {
    return Fail(Code::kIo, parent + ": " + std::generic_category().message(errno));
  }
  return path;
}

Result<std::string> PrivateFolder::Make() {
  const std::lock_guard lock(mutex_);
  if (!root_) {
    const std::string workdir = workdir_.empty() ? DefaultWorkdir() : workdir_;
    ACD_TRY(root_, workspace::WorkspaceRoot::Open(workdir, allow_disk_));
    signals_ = std::make_unique<SignalWatch>();
    watching_ = std::thread([this] {
      signals_->Wait(std::nullopt);
      if (!signals_->Signalled()) return;
      workspace::RemoveTree(root_->path());
      // Children of ours end with us.
      ::signal(SIGTERM, SIG_DFL);
      ::kill(::getpid(), SIGTERM);
    });
  }
  return MakeKeyringFolder(root_->path());
}

PrivateFolder::~PrivateFolder() {
  if (!watching_.joinable()) return;
  signals_->Wake();
  watching_.join();
}

}  // namespace acd::commands
