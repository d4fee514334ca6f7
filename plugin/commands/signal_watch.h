#pragma once

#include <chrono>
#include <optional>

#include "decrypt/base/unique_fd.h"

namespace acd::commands {

/// Turns the signals that ask a program to end (SIGTERM, SIGINT, SIGQUIT, and SIGHUP unless it is
/// ignored) into something a thread can wait for. Handlers, not a blocked mask: a mask would be
/// inherited by children, and a helm that ignores SIGTERM outlives its deadline. SIGPIPE is caught
/// and does nothing. One at a time per process.
class SignalWatch {
 public:
  SignalWatch();
  ~SignalWatch();
  SignalWatch(const SignalWatch&) = delete;
  SignalWatch& operator=(const SignalWatch&) = delete;

  /// Waits for the next signal or `Wake`; false when `timeout` passes before.
  bool Wait(std::optional<std::chrono::milliseconds> timeout);
  /// Whether a signal has come at all. Costs nothing, so it may be asked often.
  bool Signalled() const { return Signal() != 0; }
  /// The first signal that came; 0: none has.
  int Signal() const;
  /// Ends one Wait, from any thread.
  void Wake();

 private:
  UniqueFd event_;  ///< semaphore eventfd: one count for each signal
};

}  // namespace acd::commands
