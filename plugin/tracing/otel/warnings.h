#pragma once

#include <chrono>
#include <mutex>
#include <optional>
#include <string>

#include "plugin/tracing/module_abi.h"

namespace acd::tracing::otel {

/// Tells the program what goes wrong in the background: a collector that is away for an hour must
/// not fill the log. Threads: safe to call concurrently.
class Warnings {
 public:
  Warnings(void (*warn)(void*, AcdText), void* context) : warn_(warn), context_(context) {}
  Warnings(const Warnings&) = delete;
  Warnings& operator=(const Warnings&) = delete;

  /// Once a minute at most; the others are forgotten. `problem` is cut, and made UTF-8.
  void Warn(std::string problem) noexcept;

 private:
  void (*warn_)(void*, AcdText);
  void* context_;
  std::mutex mutex_;
  std::optional<std::chrono::steady_clock::time_point> last_;
};

}  // namespace acd::tracing::otel
