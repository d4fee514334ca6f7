#include "plugin/commands/private_folder.h"

#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <optional>

#include "decrypt/base/system_failure.h"
#include "plugin/commands/default_workdir.h"

namespace acd::commands {

namespace {

/// Ends this program as the signal would have, had nobody handled it. Children of ours end with us.
void EndBy(int signal) {
  ::signal(signal, SIG_DFL);
  ::kill(::getpid(), signal);
}

/// Others may still be making files in it, until its top is gone.
void RemoveWhileUsed(const std::string& path) {
  constexpr int kTries = 100;
  for (int i = 0; i < kTries && !workspace::RemoveTree(path); ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
}

}  // namespace

Result<std::string> MakeKeyringFolder(const std::string& parent) {
  std::string path = parent + "/gpg-XXXXXX";
  if (::mkdtemp(path.data()) == nullptr) {
    return SystemFailure(parent, errno);
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
      RemoveWhileUsed(root_->path());
      EndBy(signals_->Signal());
    });
  }
  return MakeKeyringFolder(root_->path());
}

PrivateFolder::~PrivateFolder() {
  if (!watching_.joinable()) return;
  signals_->Wake();
  watching_.join();
  root_.reset();  // while signals are still caught
  if (signals_->Signalled()) EndBy(signals_->Signal());
}

}  // namespace acd::commands
