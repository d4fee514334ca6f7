#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "decrypt/base/result.h"
#include "plugin/commands/signal_watch.h"
#include "plugin/workspace/workspace.h"

namespace acd::commands {

/// A folder in memory for a command that runs once, made when it is first needed. It is removed at
/// the end of the program, also when a signal is that end (see SignalWatch); what a killed
/// predecessor left is removed when it is made. Threads: safe to call concurrently.
class PrivateFolder {
 public:
  /// `workdir` empty: see DefaultWorkdir.
  PrivateFolder(std::string workdir, bool allow_disk)
      : workdir_(std::move(workdir)), allow_disk_(allow_disk) {}
  ~PrivateFolder();
  PrivateFolder(const PrivateFolder&) = delete;
  PrivateFolder& operator=(const PrivateFolder&) = delete;

  /// A new folder in it, mode 0700. Errors: those of WorkspaceRoot::Open.
  Result<std::string> Make();

 private:
  const std::string workdir_;
  const bool allow_disk_;
  std::mutex mutex_;
  std::unique_ptr<workspace::WorkspaceRoot> root_;
  std::unique_ptr<SignalWatch> signals_;
  std::thread watching_;
};

/// A new folder below `parent`, mode 0700. Error: kIo.
Result<std::string> MakeKeyringFolder(const std::string& parent);

}  // namespace acd::commands
