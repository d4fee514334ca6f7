#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "decrypt/base/result.h"
#include "decrypt/base/unique_fd.h"

namespace acd::workspace {

/// Makes every program that opens a file wait (a lease: fcntl(2), F_SETLEASE), so that one which is
/// going to read the file can do meanwhile whatever it does before. So does this process; with
/// O_NONBLOCK, it fails to open the file.
class ReadGate {
 public:
  /// nullopt: somebody has the file open, or there are no leases here.
  static std::optional<ReadGate> Close(const std::string& path);

  /// Lets in who waits. False: somebody may be in already, because the kernel makes nobody wait for
  /// long (/proc/sys/fs/lease-break-time, 45 seconds by default).
  bool Open();

 private:
  ReadGate(UniqueFd fd, std::chrono::steady_clock::time_point until);
  UniqueFd fd_;  ///< its end opens the gate, too
  std::chrono::steady_clock::time_point until_;
};

}  // namespace acd::workspace
